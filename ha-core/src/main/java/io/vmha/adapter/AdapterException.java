package io.vmha.adapter;

import org.jspecify.annotations.Nullable;

/**
 * Says that an adapter could not do what was asked, and whether asking again can help.
 *
 * <p>Its message is for an operator: one line of plain text, whatever the platform said, and never with a credential, which its causes
 * do not hold either.
 */
public abstract sealed class AdapterException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /** Why it failed, in the terms that an operator or a policy can act on. */
    public enum Cause {
        /** The machine, host or template is not known there. */
        UNKNOWN_SUBJECT,
        /** The host or the management service behind it cannot be reached. */
        UNREACHABLE,
        /** The deadline passed. */
        TIMEOUT,
        /** The credentials do not allow it, or are wrong. */
        NOT_PERMITTED,
        /** There is not enough room for it. */
        NO_CAPACITY,
        /** Its disk or identity is in use elsewhere: starting it could make two writers. */
        IN_USE,
        /** The adapter or the platform cannot do that at all. */
        UNSUPPORTED,
        /** The hosts' CPUs are not compatible. */
        INCOMPATIBLE_CPU,
        /** The platform is busy with the subject. */
        BUSY,
        /** The platform refused it for a reason of its own, which the message tells. */
        REFUSED
    }

    private final Cause reason;

    private AdapterException(Cause reason, String message, @Nullable Throwable cause) {
        super(message, cause);
        this.reason = reason;
    }

    /** Why it failed. */
    public Cause reason() {
        return reason;
    }

    /** Nothing was done, and the same call may succeed later. */
    public static final class Transient extends AdapterException {
        private static final long serialVersionUID = 1L;

        /** Makes one with no cause behind it. */
        public Transient(Cause reason, String message) {
            super(reason, message, null);
        }

        /** Makes one with the cause behind it. */
        public Transient(Cause reason, String message, Throwable cause) {
            super(reason, message, cause);
        }
    }

    /** Nothing was done, and the same call will not succeed before something else changes. */
    public static final class Permanent extends AdapterException {
        private static final long serialVersionUID = 1L;

        /** Makes one with no cause behind it. */
        public Permanent(Cause reason, String message) {
            super(reason, message, null);
        }

        /** Makes one with the cause behind it. */
        public Permanent(Cause reason, String message, Throwable cause) {
            super(reason, message, cause);
        }
    }

    /** It may have been done or not, or may still be done: read the state back before anything else. */
    public static final class OutcomeUnknown extends AdapterException {
        private static final long serialVersionUID = 1L;

        /** Makes one with no cause behind it. */
        public OutcomeUnknown(Cause reason, String message) {
            super(reason, message, null);
        }

        /** Makes one with the cause behind it. */
        public OutcomeUnknown(Cause reason, String message, Throwable cause) {
            super(reason, message, cause);
        }
    }
}
