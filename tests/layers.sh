#!/bin/sh
# SPDX-License-Identifier: MIT
# Holds the layers: a folder of src/ includes itself and what stands here.
set -u
src=${top_srcdir:-$(dirname "$0")/..}/src
status=0

may_include() {
	case $1 in
	protocol | transport | log | option) echo "$1" ;;
	websocket) echo "websocket protocol transport" ;;
	service) echo "service websocket protocol log" ;;
	server)
		echo "server service websocket protocol transport log option"
		;;
	client) echo "client option websocket transport protocol log" ;;
	bench) echo "bench option transport protocol log" ;;
	esac
}

for folder in "$src"/*/; do
	layer=$(basename "$folder")
	allowed=$(may_include "$layer")
	if [ -z "$allowed" ]; then
		echo "src/$layer is not a layer"
		status=1
	fi
	for file in "$folder"*.[ch]; do
		for include in $(sed -n 's/^#include "\(.*\)".*/\1/p' "$file"); do
			case " $allowed " in
			*" ${include%%/*} "*) ;;
			*)
				echo "$file includes $include"
				status=1
				;;
			esac
			if [ ! -f "$src/$include" ]; then
				echo "$file includes $include, not from src/"
				status=1
			fi
		done
	done
done
exit $status
