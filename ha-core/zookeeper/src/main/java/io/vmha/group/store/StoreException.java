package io.vmha.group.store;

import org.jspecify.annotations.Nullable;

/** Says why a store did not do what it was asked for. Its message names no credential. */
public abstract sealed class StoreException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private StoreException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }

    /** A condition of a commit does not hold: nothing was changed. */
    public static final class Conflict extends StoreException {
        private static final long serialVersionUID = 1L;

        /** Makes one with the cause behind it, if there is one. */
        public Conflict(String message, @Nullable Throwable cause) {
            super(message, cause);
        }
    }

    /** The store cannot be reached, or did not answer. Whether a commit was or will be made is not known; it may be tried again. */
    public static final class Unavailable extends StoreException {
        private static final long serialVersionUID = 1L;

        /** Makes one with the cause behind it, if there is one. */
        public Unavailable(String message, @Nullable Throwable cause) {
            super(message, cause);
        }
    }

    /** The store does not let this client do it, or what is there is somebody else's: nothing was changed, and only a person can help. */
    public static final class Refused extends StoreException {
        private static final long serialVersionUID = 1L;

        /** Makes one with the cause behind it, if there is one. */
        public Refused(String message, @Nullable Throwable cause) {
            super(message, cause);
        }
    }
}
