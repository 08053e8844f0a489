# SPDX-License-Identifier: MIT
# Where other programs look for files of ours.

# WS_DIR(VARIABLE, OPTION, WHAT, MODULE, ITS VARIABLE, DEFAULT): --with-OPTION.
# pkg-config knows where the system's own programs put them; with another
# prefix than theirs everything stays below it.
AC_DEFUN([WS_DIR], [
  AC_ARG_WITH([$2],
    [AS_HELP_STRING([--with-$2=DIR], [where $3 go, or no])],
    [$1=$withval], [$1=yes])
  AS_IF([test "x$$1" = xyes], [
    $1=
    AS_IF([test "x$prefix" = x/usr && test -n "$PKG_CONFIG"],
      [$1=$("$PKG_CONFIG" --variable=$5 $4 2>/dev/null)])
    AS_IF([test -z "$$1"], [$1='$6'])
  ])
  AC_SUBST([$1])
  AM_CONDITIONAL([WITH_]m4_toupper([$1]), [test "x$$1" != xno])
])

AC_DEFUN([WS_DIRS], [
  WS_DIR([systemdsystemunitdir], [systemdsystemunitdir], [units of systemd],
    [systemd], [systemdsystemunitdir], [${prefix}/lib/systemd/system])
  WS_DIR([bashcompletiondir], [bash-completion-dir], [completions of bash],
    [bash-completion], [completionsdir],
    [${datadir}/bash-completion/completions])
  WS_DIR([zshcompletiondir], [zsh-completion-dir], [completions of zsh],
    [zsh], [completionsdir], [${datadir}/zsh/site-functions])
  WS_DIR([fishcompletiondir], [fish-completion-dir], [completions of fish],
    [fish], [completionsdir], [${datadir}/fish/vendor_completions.d])
  # Those of a release are there already and need no program to be run.
  AM_CONDITIONAL([HAVE_COMPLETIONS], [test "$cross_compiling" != yes ||
    test -f "$srcdir/contrib/completions/bash/wsserver"])
])
