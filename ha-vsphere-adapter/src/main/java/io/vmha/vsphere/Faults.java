package io.vmha.vsphere;

import io.vmha.adapter.AdapterException;
import io.vmha.adapter.AdapterException.Cause;
import io.vmha.vsphere.internal.vim.TransportException;
import io.vmha.vsphere.internal.vim.VimFault;
import java.util.function.Supplier;

/** Tells the server's faults and the network's in the terms of the library. */
final class Faults {
    private Faults() {}

    /** For calls that change nothing: without an answer, nothing was done. */
    static <T> T reading(String what, Supplier<T> call) {
        try {
            return call.get();
        } catch (VimFault fault) {
            throw refused(what, fault);
        } catch (TransportException e) {
            throw nothingDone(what, e);
        }
    }

    /** For calls that change something: without an answer, it may have been done. */
    static void changing(String what, Runnable call) {
        try {
            call.run();
        } catch (VimFault fault) {
            throw refused(what, fault);
        } catch (TransportException e) {
            throw e.mayHaveArrived()
                    ? new AdapterException.OutcomeUnknown(cause(e), what + ": " + e.getMessage(), e)
                    : nothingDone(what, e);
        }
    }

    private static AdapterException nothingDone(String what, TransportException e) {
        String message = what + ": " + e.getMessage();
        return e.kind() == TransportException.Kind.UNTRUSTED
                ? new AdapterException.Permanent(Cause.NOT_PERMITTED, message, e)
                : new AdapterException.Transient(cause(e), message, e);
    }

    private static Cause cause(TransportException e) {
        return switch (e.kind()) {
            case TIMEOUT, NO_TIME -> Cause.TIMEOUT;
            case CONNECT, LOST, ABANDONED -> Cause.UNREACHABLE;
            case UNTRUSTED -> Cause.NOT_PERMITTED;
        };
    }

    static AdapterException refused(String what, VimFault fault) {
        String message = what + ": " + fault.getMessage();
        return switch (fault.type()) {
            case "ManagedObjectNotFound" -> new AdapterException.Permanent(Cause.UNKNOWN_SUBJECT, message, fault);
            case "NoPermission", "InvalidLogin", "NotAuthenticated", "PasswordExpired", "RestrictedVersion" ->
                new AdapterException.Permanent(Cause.NOT_PERMITTED, message, fault);
            case "ResourceInUse", "TaskInProgress", "ConcurrentAccess" ->
                new AdapterException.Transient(Cause.BUSY, message, fault);
            case "HostNotConnected", "HostNotReachable", "HostCommunication", "HostConnectFault", "Timedout" ->
                new AdapterException.Transient(Cause.UNREACHABLE, message, fault);
            case "FileLocked", "DuplicateName", "FileAlreadyExists", "DiskInUse" ->
                new AdapterException.Permanent(Cause.IN_USE, message, fault);
            case "MethodDisabled",
                    "MethodNotFound",
                    "NotSupported",
                    "CpuHotPlugNotSupported",
                    "MemoryHotPlugNotSupported" -> new AdapterException.Permanent(Cause.UNSUPPORTED, message, fault);
            case "CpuIncompatible", "CpuIncompatible1ECX", "CpuIncompatible81EDX", "FeatureRequirementsNotMet" ->
                new AdapterException.Permanent(Cause.INCOMPATIBLE_CPU, message, fault);
            case "SystemError", "RequestCanceled" -> new AdapterException.OutcomeUnknown(Cause.REFUSED, message, fault);
            default ->
                fault.type().startsWith("Insufficient") || fault.type().endsWith("NoSpace")
                        ? new AdapterException.Permanent(Cause.NO_CAPACITY, message, fault)
                        : new AdapterException.Permanent(Cause.REFUSED, message, fault);
        };
    }
}
