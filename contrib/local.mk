# SPDX-License-Identifier: MIT
# What other programs read: units, completions, examples.

exampledir = $(docdir)/examples
dist_example_DATA = \
	contrib/haproxy.cfg \
	contrib/logrotate.conf \
	contrib/nginx.conf

EXTRA_DIST += contrib/systemd/wsserver.service.in
if WITH_SYSTEMDSYSTEMUNITDIR
nodist_systemdsystemunit_DATA = contrib/systemd/wsserver.service
dist_systemdsystemunit_DATA = contrib/systemd/wsserver.socket
endif
CLEANFILES += contrib/systemd/wsserver.service

contrib/systemd/wsserver.service: contrib/systemd/wsserver.service.in Makefile
	$(AM_V_GEN)$(MKDIR_P) contrib/systemd && \
		sed -e 's|@bindir[@]|$(bindir)|g' \
		-e 's|@sysconfdir[@]|$(sysconfdir)|g' \
		'$(srcdir)/contrib/systemd/wsserver.service.in' >'$@.tmp' && \
		mv '$@.tmp' '$@'

# A release has the completions, so that who builds it need not be able to run
# what is built: they are made anew only when the options have changed.
noinst_PROGRAMS = contrib/completions/generate
contrib_completions_generate_LDADD = libwsserver.a \
	$(OPENSSL_LIBS) $(ZLIB_LIBS)

bash_completions = \
	contrib/completions/bash/wsbench \
	contrib/completions/bash/wsclient \
	contrib/completions/bash/wsserver
zsh_completions = \
	contrib/completions/zsh/_wsbench \
	contrib/completions/zsh/_wsclient \
	contrib/completions/zsh/_wsserver
fish_completions = \
	contrib/completions/fish/wsbench.fish \
	contrib/completions/fish/wsclient.fish \
	contrib/completions/fish/wsserver.fish
completions = $(bash_completions) $(zsh_completions) $(fish_completions)
option_tables = \
	contrib/completions/generate.c \
	src/bench/options.c \
	src/client/options.c \
	src/option/completion.c \
	src/server/options.c

$(completions): $(option_tables) | contrib/completions/generate$(EXEEXT)
	$(AM_V_GEN)$(MKDIR_P) '$(@D)' && \
		contrib/completions/generate$(EXEEXT) '$(notdir $(@D))' \
		'$(patsubst _%,%,$(basename $(@F)))' >'$@.tmp' && \
		mv '$@.tmp' '$@'

if HAVE_COMPLETIONS
if WITH_BASHCOMPLETIONDIR
dist_bashcompletion_DATA = $(bash_completions)
endif
if WITH_ZSHCOMPLETIONDIR
dist_zshcompletion_DATA = $(zsh_completions)
endif
if WITH_FISHCOMPLETIONDIR
dist_fishcompletion_DATA = $(fish_completions)
endif
EXTRA_DIST += $(completions)
endif
MAINTAINERCLEANFILES = $(completions)
