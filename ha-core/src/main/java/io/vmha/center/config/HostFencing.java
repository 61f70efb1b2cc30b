package io.vmha.center.config;

/** When a whole host may be fenced because one failed machine on it could not be powered off. */
public enum HostFencing {
    /** Never: such a machine's plan is blocked. */
    NEVER,
    /** Only where no other machine on the host is healthy and powered on, so that none is taken down with it. */
    WHEN_NO_HEALTHY_VM,
    /** Always, though healthy machines on the host go down with it. */
    ALWAYS
}
