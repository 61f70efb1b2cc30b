package io.vmha.vsphere.internal.vim;

/**
 * A reference to a managed object.
 *
 * @param type its type, such as {@code VirtualMachine}
 * @param value its identity on this server, such as {@code vm-42}
 */
public record MoRef(String type, String value) {
    /** The entry point, the same on every server. */
    public static final MoRef SERVICE_INSTANCE = new MoRef("ServiceInstance", "ServiceInstance");

    /** Its identity, fit for a log. */
    @Override
    public String toString() {
        return Words.of(value);
    }
}
