# Shared settings of the vSphere lab. Sourced by up.sh, down.sh, fault.sh.
# Everything is relative to LAB (default: the folder this file is in).
LAB=${LAB:-$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)}
LAB_CACHE=${LAB_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/vmha-lab/vsphere} # source package, Go cache, binaries: kept
LAB_RUN=${LAB_RUN:-$LAB/lab-run}                # pid, log, certificate, env file: per start
VCSIM_PORT=${VCSIM_PORT:-18989}
VCSIM_USER=${VCSIM_USER:-ha-lab}
VCSIM_PASS=${VCSIM_PASS:-ha-lab-only}
# paper = cluster "primary" (2 hosts) + "standby" (1 host), VMS_PER_HOST VMs a host, one template
# flat  = vcsim's own model: FLAT_ARGS, e.g. "-cluster 10 -host 10 -vm 1000"
TOPOLOGY=${TOPOLOGY:-paper}
VMS_PER_HOST=${VMS_PER_HOST:-4}
FLAT_ARGS=${FLAT_ARGS:--cluster 2 -host 2 -standalone-host 0 -vm 6}
# vcsim = the stock command; faultsim = the same simulator + a control port for failures (faultsim/main.go)
SIM=${SIM:-vcsim}
CONTROL_PORT=${CONTROL_PORT:-$((VCSIM_PORT + 1))}
VCSIM_EXTRA=${VCSIM_EXTRA:-}                 # more flags, e.g. "-method-delay RelocateVM_Task:2000"
BIN=$LAB_CACHE/bin
say() { printf '[vsphere-lab] %s\n' "$*" >&2; }
die() { say "ERROR: $*"; exit 1; }
govc_env() {
  export GOVC_URL="https://127.0.0.1:$VCSIM_PORT/sdk" GOVC_USERNAME=$VCSIM_USER GOVC_PASSWORD=$VCSIM_PASS
  export GOVC_TLS_CA_CERTS="$LAB_RUN/vcsim.crt" GOVC_PERSIST_SESSION=false
  unset GOVC_INSECURE || true
}
