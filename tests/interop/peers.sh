# SPDX-License-Identifier: MIT
# Sourced by the interop tests: finds the peers, or says what is missing.
# shellcheck shell=sh

. "$(dirname "$0")/common/start.sh"
interop=$tests/interop

# The first of two pythons that has the module: the machine's own often is
# not the first one on the path.
python_with() {
	for python in python3 /usr/bin/python3; do
		if "$python" -c "import $1" 2>/dev/null; then
			echo "$python"
			return
		fi
	done
	return 1
}

run_python() {
	script=$1
	shift
	"$python" "$interop/$script" "$@"
}

need_python() {
	python=$(python_with "$1") || skip "no python3 with the module $1"
}

need_node_module() {
	need_program node
	node -e "require('$1')" 2>/dev/null ||
		skip "node finds no module $1 (set NODE_PATH)"
}
