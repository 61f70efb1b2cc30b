package io.vmha.vsphere.internal.vim;

/** A fault that the server answered, told by its type; nothing was done. */
public final class VimFault extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final String type;

    /** Makes one from the fault's type, such as {@code InvalidPowerState}, and the server's words. */
    public VimFault(String type, String message) {
        super(message.isBlank() ? type : type + ": " + message);
        this.type = type;
    }

    /** The fault's type without its namespace. */
    public String type() {
        return type;
    }
}
