# SPDX-License-Identifier: MIT
# Compiler and linker flags, each used only where it works.

# WS_TRY_FLAGS(VARIABLE, FLAGS): appends to AM_VARIABLE what a program links
# and is silent with.
AC_DEFUN([WS_TRY_FLAGS], [
  ws_saved=$$1
  for ws_flag in $2; do
    AC_MSG_CHECKING([whether $ws_flag works])
    $1="$AM_$1 $ws_flag $ws_saved -Werror"
    AC_LINK_IFELSE([AC_LANG_PROGRAM([[#include <string.h>]], [[]])],
      [AC_MSG_RESULT([yes])
       AM_$1="$AM_$1 $ws_flag"
       ws_hardening="$ws_hardening $ws_flag"],
      [AC_MSG_RESULT([no])])
  done
  $1=$ws_saved
  AC_SUBST([AM_$1])
])

AC_DEFUN([WS_FLAGS_WARNINGS], [
  AM_CFLAGS="-std=c11 -Wall -Wextra -Wpedantic -Wshadow -Wconversion \
-Wstrict-prototypes -Wmissing-prototypes -Wvla"
  AS_IF([test "x$enable_werror" = xyes], [AM_CFLAGS="$AM_CFLAGS -Werror"])
  AC_SUBST([AM_CFLAGS])
  AC_SUBST([WARNING_CFLAGS], ["$AM_CFLAGS"])
])

AC_DEFUN([WS_FLAGS_SANITIZERS], [
  AS_IF([test "x$enable_sanitizers" != xno], [
    ws_sanitize="-fsanitize=$enable_sanitizers -fno-omit-frame-pointer"
    AM_CFLAGS="$AM_CFLAGS $ws_sanitize -fno-sanitize-recover=all -g -O1"
    AM_LDFLAGS="$AM_LDFLAGS $ws_sanitize"
  ])
  AC_SUBST([AM_LDFLAGS])
])

AC_DEFUN([WS_FLAGS_COVERAGE], [
  AS_IF([test "x$enable_coverage" = xyes], [
    AM_CFLAGS="$AM_CFLAGS --coverage -O0"
    AM_LDFLAGS="$AM_LDFLAGS --coverage"
  ])
])

# Sanitizers bring their own checks, which _FORTIFY_SOURCE would hide from.
AC_DEFUN([WS_FLAGS_HARDENING], [
  ws_hardening=
  AS_IF([test "x$enable_sanitizers" = xno && test "x$enable_coverage" != xyes],
    [WS_TRY_FLAGS([CFLAGS], [-O2 -D_FORTIFY_SOURCE=2 dnl
      -fstack-protector-strong -fstack-clash-protection dnl
      -fcf-protection -fPIE])
     WS_TRY_FLAGS([LDFLAGS], [-pie -Wl,-z,relro -Wl,-z,now dnl
      -Wl,-z,noexecstack])])
])
