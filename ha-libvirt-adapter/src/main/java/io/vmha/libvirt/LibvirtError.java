package io.vmha.libvirt;

import io.vmha.adapter.AdapterException.Cause;
import io.vmha.adapter.internal.PeerText;
import java.util.Optional;
import org.libvirt.jna.Libvirt;
import org.libvirt.jna.virError;

/**
 * An error as libvirt reports it. Immutable.
 *
 * @param code libvirt's {@code virErrorNumber}
 * @param message libvirt's message
 */
record LibvirtError(int code, String message) {
    static final int INTERNAL_ERROR = 1;
    static final int NO_MEMORY = 2;
    static final int NO_SUPPORT = 3;
    static final int UNKNOWN_HOST = 4;
    static final int NO_CONNECT = 5;
    static final int INVALID_ARG = 8;
    static final int OPERATION_FAILED = 9;
    static final int XML_ERROR = 27;
    static final int OPERATION_DENIED = 29;
    static final int DOM_EXIST = 33;
    static final int SYSTEM_ERROR = 38;
    static final int RPC = 39;
    static final int GNUTLS_ERROR = 40;
    static final int NO_DOMAIN = 42;
    static final int AUTH_FAILED = 45;
    static final int NO_STORAGE_POOL = 49;
    static final int NO_STORAGE_VOL = 50;
    static final int OPERATION_INVALID = 55;
    static final int CONFIG_UNSUPPORTED = 67;
    static final int OPERATION_TIMEOUT = 68;
    static final int ARGUMENT_UNSUPPORTED = 74;
    static final int OPERATION_ABORTED = 78;
    static final int AUTH_CANCELLED = 79;
    static final int MIGRATE_UNSAFE = 81;
    static final int OPERATION_UNSUPPORTED = 84;
    static final int SSH = 85;
    static final int AGENT_UNRESPONSIVE = 86;
    static final int RESOURCE_BUSY = 87;
    static final int ACCESS_DENIED = 88;
    static final int STORAGE_VOL_EXIST = 90;
    static final int CPU_INCOMPATIBLE = 91;
    static final int AUTH_UNAVAILABLE = 94;
    static final int AGENT_UNSYNCED = 97;
    static final int LIBSSH = 98;
    static final int AGENT_COMMAND_TIMEOUT = 112;
    static final int AGENT_COMMAND_FAILED = 113;

    private static final int MOST_MESSAGE_CHARS = 500;

    /** What this error means for whoever asked: why, and whether the same call may succeed later. */
    record Meaning(Cause cause, boolean retryCanHelp) {}

    /** The error that the last failed call of this thread left; an internal one where it left none. */
    static LibvirtError lastOfThread() {
        virError error = Libvirt.INSTANCE.virGetLastError();
        return error == null
                ? new LibvirtError(INTERNAL_ERROR, "libvirt reported a failure without a reason")
                : new LibvirtError(
                        error.code, Optional.ofNullable(error.message).orElse("no message"));
    }

    /** Whether it says that a disk, or a lease on it, is held by another process: starting it would make two writers. */
    boolean saysDiskInUse() {
        return (code == RESOURCE_BUSY && message.contains("Lockspace resource"))
                || message.contains("Is another process using the image")
                || message.contains("Failed to acquire lock")
                || message.contains("Failed to get \"write\" lock");
    }

    /** What it means. */
    Meaning meaning() {
        if (saysDiskInUse()) {
            return new Meaning(Cause.IN_USE, false);
        }
        if (saysCertificateRefused()) {
            return new Meaning(Cause.NOT_PERMITTED, false);
        }
        if (message.contains("TLS confirmation")) {
            // A host that refuses our certificate closes the connection, as one does that happens to stop.
            return new Meaning(Cause.NOT_PERMITTED, true);
        }
        return switch (code) {
            case NO_DOMAIN, NO_STORAGE_VOL, NO_STORAGE_POOL -> new Meaning(Cause.UNKNOWN_SUBJECT, false);
            case OPERATION_DENIED, ACCESS_DENIED, AUTH_FAILED, AUTH_CANCELLED, AUTH_UNAVAILABLE, GNUTLS_ERROR ->
                new Meaning(Cause.NOT_PERMITTED, false);
            case NO_CONNECT, NO_SUPPORT, CONFIG_UNSUPPORTED, ARGUMENT_UNSUPPORTED, OPERATION_UNSUPPORTED ->
                new Meaning(Cause.UNSUPPORTED, false);
            case CPU_INCOMPATIBLE -> new Meaning(Cause.INCOMPATIBLE_CPU, false);
            case INVALID_ARG, XML_ERROR, DOM_EXIST, OPERATION_INVALID, MIGRATE_UNSAFE, STORAGE_VOL_EXIST ->
                new Meaning(Cause.REFUSED, false);
            case UNKNOWN_HOST, SYSTEM_ERROR, RPC, SSH, LIBSSH -> new Meaning(Cause.UNREACHABLE, true);
            case OPERATION_TIMEOUT, RESOURCE_BUSY -> new Meaning(Cause.BUSY, true);
            case AGENT_UNRESPONSIVE, AGENT_UNSYNCED, AGENT_COMMAND_TIMEOUT -> new Meaning(Cause.TIMEOUT, true);
            case NO_MEMORY -> new Meaning(Cause.NO_CAPACITY, true);
            default -> new Meaning(saysNoMemory() ? Cause.NO_CAPACITY : Cause.REFUSED, true);
        };
    }

    /** libvirt reports what is wrong with a certificate, its own or the host's, as a system error. */
    private boolean saysCertificateRefused() {
        return code == SYSTEM_ERROR && message.contains("ertificate");
    }

    private boolean saysNoMemory() {
        return message.contains("Cannot allocate memory");
    }

    /** Parts of the message may be a guest's own words. */
    @Override
    public String toString() {
        return PeerText.quote(message, MOST_MESSAGE_CHARS) + " (libvirt error " + code + ")";
    }
}
