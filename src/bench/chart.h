/* SPDX-License-Identifier: MIT */
/* A chart as inline SVG: a line or bars, a grid, and what it says. */
#ifndef BENCH_CHART_H
#define BENCH_CHART_H

#include <stddef.h>
#include <stdio.h>

struct chart {
	FILE *stream;
	const char *title;
};

/* Everything else is between these two; places are from 0 to 1. */
void chart_begin(const struct chart *chart);
void chart_end(const struct chart *chart);

/* A line of the grid with a label: at a place from the left, or the bottom. */
void chart_mark_x(const struct chart *chart, double place, const char *label);
void chart_mark_y(const struct chart *chart, double place, const char *label);

/* A line through points: chart_line_to for each, from the left to the right. */
void chart_line_begin(const struct chart *chart);
void chart_line_to(const struct chart *chart, double x, double y);
void chart_line_end(const struct chart *chart);

/* A bar of a width from x on, as high as y. */
void chart_bar(const struct chart *chart, double x, double width, double y);

#endif
