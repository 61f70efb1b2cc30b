#!/bin/sh
# What a board's switches do, in the folder of its host: "power" holds 1 or 0; while there is a file "stuck", the switch is
# accepted and does nothing. Called by ipmi_sim as: chassis.sh get|set|check NAME [VALUE]...
verb=$1
shift
case $verb in
  get) for name; do
      case $name in power) echo "power:$(cat power)" ;; *) echo "$name:0" ;; esac
    done ;;
  set) while [ $# -ge 2 ]; do
      [ -e stuck ] || case $1 in power) echo "$2" >power ;; shutdown) echo 0 >power ;; esac
      shift 2
    done ;;
  check) for name; do
      case $name in power | shutdown) ;; *) exit 1 ;; esac
    done ;;
esac
