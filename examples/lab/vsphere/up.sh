#!/usr/bin/env bash
# Starts VMware's API simulator vcsim on loopback with TLS and a known inventory.
# Prints (and writes to $LAB_RUN/env) what a client needs: URL, user, password, certificate, thumbprint.
set -euo pipefail
here=$(dirname "${BASH_SOURCE[0]}"); . "$here/lib.sh"
bash "$here/build.sh"
[ -e "$LAB_RUN/vcsim.pid" ] && bash "$here/down.sh"
mkdir -p "$LAB_RUN/ds" "$LAB_RUN/tmp"; chmod 700 "$LAB_RUN"
openssl req -x509 -newkey rsa:2048 -nodes -days 7 -subj '/CN=vcsim lab' \
  -addext 'subjectAltName=IP:127.0.0.1,DNS:localhost' \
  -keyout "$LAB_RUN/vcsim.key" -out "$LAB_RUN/vcsim.crt" 2>/dev/null
args=(-l "127.0.0.1:$VCSIM_PORT" -username "$VCSIM_USER" -password "$VCSIM_PASS"
      -tlscert "$LAB_RUN/vcsim.crt" -tlskey "$LAB_RUN/vcsim.key")
case $TOPOLOGY in
  paper) args+=(-dc 1 -cluster 0 -standalone-host 0 -vm 0 -ds 0) ;;
  flat)  read -ra f <<<"$FLAT_ARGS"; args+=("${f[@]}") ;;
  *) die "TOPOLOGY must be paper or flat" ;;
esac
read -ra x <<<"$VCSIM_EXTRA"; args+=("${x[@]}")
[ "$SIM" = faultsim ] && args+=(-control "127.0.0.1:$CONTROL_PORT")
t0=$(date +%s%N)
TMPDIR=$LAB_RUN/tmp setsid "$BIN/$SIM" "${args[@]}" </dev/null >"$LAB_RUN/vcsim.log" 2>&1 &
echo $! >"$LAB_RUN/vcsim.pid"
govc_env
for i in $(seq 600); do
  "$BIN/govc" about >/dev/null 2>&1 && break
  kill -0 "$(cat "$LAB_RUN/vcsim.pid")" 2>/dev/null || { tail -5 "$LAB_RUN/vcsim.log" >&2; die "vcsim died"; }
  [ "$i" = 600 ] && die "vcsim did not answer"
  sleep 0.05
done
say "vcsim answers after $(( ($(date +%s%N)-t0)/1000000 )) ms"
if [ "$TOPOLOGY" = paper ]; then
  g() { "$BIN/govc" "$@" >/dev/null; }
  hosts=(primary-h1 primary-h2 standby-h1)
  export GOVC_DATACENTER=DC0
  for c in primary standby; do g cluster.create "$c"; done
  for h in "${hosts[@]}"; do
    g cluster.add -cluster "${h%-*}" -hostname "$h" -username root -password x -noverify
  done
  mkdir -p "$LAB_RUN/ds/shared"
  g datastore.create -type local -name shared -path "$LAB_RUN/ds/shared" \
    "/DC0/host/primary/primary-h1" "/DC0/host/primary/primary-h2" "/DC0/host/standby/standby-h1"
  for h in "${hosts[@]}"; do
    for n in $(seq "$VMS_PER_HOST"); do
      g vm.create -on=true -m 1024 -c 1 -net 'VM Network' -ds shared -host "/DC0/host/${h%-*}/$h" \
        -pool "/DC0/host/${h%-*}/Resources" "$h-vm$n"
    done
  done
  g vm.create -on=false -m 512 -c 1 -net 'VM Network' -ds shared -host /DC0/host/standby/standby-h1 \
    -pool /DC0/host/standby/Resources template-1
  g vm.markastemplate template-1
  # What each machine is: the first half of a host's machines middleware, the rest databases.
  for f in vmha.type vmha.template; do g fields.add -type VirtualMachine "$f"; done
  mw=() db=()
  for h in "${hosts[@]}"; do
    for n in $(seq "$VMS_PER_HOST"); do
      if ((n <= VMS_PER_HOST / 2)); then mw+=("/DC0/vm/$h-vm$n"); else db+=("/DC0/vm/$h-vm$n"); fi
    done
  done
  if ((${#mw[@]})); then g fields.set vmha.type MIDDLEWARE "${mw[@]}"; fi
  g fields.set vmha.type DATABASE "${db[@]}"
  g fields.set vmha.template template-1 "${mw[@]}" "${db[@]}"
fi
thumb=$(openssl x509 -in "$LAB_RUN/vcsim.crt" -noout -fingerprint -sha256 | cut -d= -f2)
{
  echo "VSPHERE_URL=https://127.0.0.1:$VCSIM_PORT/sdk"
  echo "VSPHERE_USER=$VCSIM_USER"
  echo "VSPHERE_PASSWORD=$VCSIM_PASS"
  echo "VSPHERE_CERT=$LAB_RUN/vcsim.crt"
  echo "VSPHERE_THUMBPRINT=$thumb"
  if [ "$SIM" = faultsim ]; then echo "VSPHERE_CONTROL=http://127.0.0.1:$CONTROL_PORT"; fi
  echo "VCSIM_PID=$(cat "$LAB_RUN/vcsim.pid")"
} | tee "$LAB_RUN/env"
say "ready after $(( ($(date +%s%N)-t0)/1000000 )) ms, RSS $(awk '/VmRSS/{print int($2/1024)}' "/proc/$(cat "$LAB_RUN/vcsim.pid")/status") MB"
