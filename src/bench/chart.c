/* SPDX-License-Identifier: MIT */
#include "bench/chart.h"

#define LEFT 80.0
#define TOP 28.0
#define WIDTH 600.0
#define HEIGHT 240.0
#define RIGHT_MARGIN 30.0
#define BOTTOM_MARGIN 30.0
#define LABEL_GAP 6.0
#define LABEL_DROP 18.0

static double
x_of(double place)
{
	return LEFT + place * WIDTH;
}

static double
y_of(double place)
{
	return TOP + (1 - place) * HEIGHT;
}

void
chart_begin(const struct chart *chart)
{
	fprintf(chart->stream,
		"<svg viewBox=\"0 0 %.0f %.0f\" role=\"img\">\n"
		"<title>%s</title>\n"
		"<text class=\"title\" x=\"%.0f\" y=\"16\">%s</text>\n",
		LEFT + WIDTH + RIGHT_MARGIN, TOP + HEIGHT + BOTTOM_MARGIN,
		chart->title, LEFT, chart->title);
}

void
chart_end(const struct chart *chart)
{
	fputs("</svg>\n", chart->stream);
}

void
chart_mark_x(const struct chart *chart, double place, const char *label)
{
	fprintf(chart->stream,
		"<line class=\"grid\" x1=\"%.1f\" y1=\"%.1f\" x2=\"%.1f\" "
		"y2=\"%.1f\"/><text class=\"x\" x=\"%.1f\" y=\"%.1f\">%s"
		"</text>\n",
		x_of(place), y_of(0), x_of(place), y_of(1), x_of(place),
		y_of(0) + LABEL_DROP, label);
}

void
chart_mark_y(const struct chart *chart, double place, const char *label)
{
	fprintf(chart->stream,
		"<line class=\"grid\" x1=\"%.1f\" y1=\"%.1f\" x2=\"%.1f\" "
		"y2=\"%.1f\"/><text class=\"y\" x=\"%.1f\" y=\"%.1f\">%s"
		"</text>\n",
		x_of(0), y_of(place), x_of(1), y_of(place), x_of(0) - LABEL_GAP,
		y_of(place), label);
}

void
chart_line_begin(const struct chart *chart)
{
	fputs("<polyline class=\"line\" points=\"", chart->stream);
}

void
chart_line_to(const struct chart *chart, double x, double y)
{
	fprintf(chart->stream, "%.1f,%.1f ", x_of(x), y_of(y));
}

void
chart_line_end(const struct chart *chart)
{
	fputs("\"/>\n", chart->stream);
}

void
chart_bar(const struct chart *chart, double x, double width, double y)
{
	fprintf(chart->stream,
		"<rect class=\"bar\" x=\"%.1f\" y=\"%.1f\" width=\"%.1f\" "
		"height=\"%.1f\"/>\n",
		x_of(x), y_of(y), width * WIDTH, y * HEIGHT);
}
