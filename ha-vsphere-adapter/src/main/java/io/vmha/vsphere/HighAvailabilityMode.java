package io.vmha.vsphere;

/** What to do where vSphere HA is on in a cluster: two systems must not both restart a machine. */
public enum HighAvailabilityMode {
    /** Discovery, power-on and cloning are refused while HA is on in a cluster that is managed. */
    REFUSE,
    /** vSphere HA alone restarts machines: this adapter lacks the capabilities to power on, restart elsewhere and clone. */
    LEAVE_RESTARTS_TO_VSPHERE
}
