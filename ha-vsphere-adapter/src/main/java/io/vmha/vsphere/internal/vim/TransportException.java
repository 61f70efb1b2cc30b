package io.vmha.vsphere.internal.vim;

import org.jspecify.annotations.Nullable;

/** No answer of the server came of a call. */
public final class TransportException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /** What went wrong. */
    public enum Kind {
        /** The server could not be connected to; it got nothing. */
        CONNECT,
        /** The server's certificate is not one that is trusted; it got nothing. */
        UNTRUSTED,
        /** The deadline passed before anything was sent. */
        NO_TIME,
        /** The deadline passed while the answer was awaited. */
        TIMEOUT,
        /** The connection was lost while the answer was awaited, or the answer could not be understood. */
        LOST,
        /** The client was closed while the answer was awaited, or the calling thread was interrupted. */
        ABANDONED
    }

    private final Kind kind;

    /** Makes one. */
    public TransportException(Kind kind, String message, @Nullable Throwable cause) {
        super(message, cause);
        this.kind = kind;
    }

    /** What went wrong. */
    public Kind kind() {
        return kind;
    }

    /** Whether the server may have got the request, and acted on it. */
    public boolean mayHaveArrived() {
        return switch (kind) {
            case CONNECT, UNTRUSTED, NO_TIME -> false;
            case TIMEOUT, LOST, ABANDONED -> true;
        };
    }
}
