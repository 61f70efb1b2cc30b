package io.vmha.vsphere.internal.vim;

/** A fault that the server answered, told by its type. Its type and message are fit for a log, whatever the server sent. */
public final class VimFault extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private static final int LONGEST_TYPE = 80;

    private final String type;

    /** Makes one from the fault's type, such as {@code InvalidPowerState}, and the server's words. */
    public VimFault(String type, String message) {
        super(
                message.isBlank()
                        ? Words.of(type, LONGEST_TYPE)
                        : Words.of(type, LONGEST_TYPE) + ": " + Words.of(message));
        this.type = Words.of(type, LONGEST_TYPE);
    }

    /** The fault's type without its namespace. */
    public String type() {
        return type;
    }
}
