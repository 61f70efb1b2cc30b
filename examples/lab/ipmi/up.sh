#!/usr/bin/env bash
# Starts a management board for each host on loopback: ipmi_sim of Debian's openipmi, whose power switch is the file
# "power" in $LAB_RUN/hN (1 is on). Installs what is missing (root is needed for that). Idempotent.
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

bash "$HERE/../packages.sh" ipmi_sim:openipmi ipmitool:ipmitool /usr/sbin/fence_ipmilan:fence-agents

mkdir -p "$LAB_RUN"; chmod 700 "$LAB_RUN"; LAB_RUN=$(cd "$LAB_RUN" && pwd -P)
for n in $(seq "$HOSTS"); do
  dir=$LAB_RUN/h$n
  board "h$n" >/dev/null && continue
  mkdir -p "$dir/state"
  [[ -e $dir/power ]] || echo 1 >"$dir/power"
  cat >"$dir/lan.conf" <<EOF
name "vmha-lab-h$n"
set_working_mc 0x20
  startlan 1
    addr 127.0.0.$n $IPMI_PORT
    priv_limit admin
    allowed_auths_callback none md2 md5 straight
    allowed_auths_user none md2 md5 straight
    allowed_auths_operator none md2 md5 straight
    allowed_auths_admin md5
    guid a123456789abcdefa123456789abcde$((n % 10))
  endlan
  chassis_control "$HERE/chassis.sh"
  user 2 true "$IPMI_USER" "$IPMI_PASS" admin 10 none md2 md5 straight
EOF
  cat >"$dir/board.emu" <<'EOF'
mc_setbmc 0x20
mc_add 0x20 0 no-device-sdrs 0x23 9 8 0x9f 0x1291 0xf02
mc_enable 0x20
EOF
  cd "$dir"
  setsid ipmi_sim -n -c lan.conf -f board.emu -s state </dev/null >log 2>&1 &
  echo $! >pid
  cd "$HERE"
done

for n in $(seq "$HOSTS"); do
  for i in $(seq 100); do
    IPMI_PASSWORD=$IPMI_PASS ipmitool -I lan -H "127.0.0.$n" -p "$IPMI_PORT" -U "$IPMI_USER" -E -L ADMINISTRATOR -N 1 -R 1 \
      chassis power status >/dev/null 2>&1 && break
    board "h$n" >/dev/null || { cat "$LAB_RUN/h$n/log" >&2; die "the board of h$n died"; }
    [[ $i = 100 ]] && die "the board of h$n does not answer"
    sleep 0.05
  done
done
say "$HOSTS boards answer on UDP port $IPMI_PORT"
