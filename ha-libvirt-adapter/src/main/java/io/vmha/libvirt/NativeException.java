package io.vmha.libvirt;

/** A libvirt call failed; translated to an adapter exception before it leaves the package. */
final class NativeException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final transient LibvirtError error;

    NativeException(LibvirtError error) {
        super(error.toString());
        this.error = error;
    }

    LibvirtError error() {
        return error;
    }

    boolean is(int code) {
        return error.code() == code;
    }
}
