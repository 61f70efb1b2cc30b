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
            throw refusedChange(what, fault);
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

    /** What a fault means for a call that changes something; some are told of what was begun and then lost from sight. */
    private static AdapterException refusedChange(String what, VimFault fault) {
        return switch (fault.type()) {
            case "Timedout" -> new AdapterException.OutcomeUnknown(Cause.TIMEOUT, message(what, fault), fault);
            case "HostCommunication" ->
                new AdapterException.OutcomeUnknown(Cause.UNREACHABLE, message(what, fault), fault);
            default -> refused(what, fault);
        };
    }

    private static String message(String what, VimFault fault) {
        return what + ": " + fault.getMessage();
    }

    private static AdapterException refused(String what, VimFault fault) {
        String message = message(what, fault);
        return switch (fault.type()) {
            case "ManagedObjectNotFound" -> new AdapterException.Permanent(Cause.UNKNOWN_SUBJECT, message, fault);
            case "NoPermission",
                    "NoPermissionOnHost",
                    "RestrictedByAdministrator",
                    "InvalidLogin",
                    "NotAuthenticated",
                    "PasswordExpired",
                    "RestrictedVersion" -> new AdapterException.Permanent(Cause.NOT_PERMITTED, message, fault);
            case "ResourceInUse",
                    "TaskInProgress",
                    "VAppTaskInProgress",
                    "ConcurrentAccess",
                    "TooManyConcurrentNativeClones" -> new AdapterException.Transient(Cause.BUSY, message, fault);
            case "HostNotConnected",
                    "HostNotReachable",
                    "HostCommunication",
                    "HostConnectFault",
                    "NoActiveHostInCluster",
                    "Timedout" -> new AdapterException.Transient(Cause.UNREACHABLE, message, fault);
            case "FileLocked", "DuplicateName", "FileAlreadyExists", "DiskInUse" ->
                new AdapterException.Permanent(Cause.IN_USE, message, fault);
            case "MethodDisabled",
                    "MethodNotFound",
                    "NotSupported",
                    "NotSupportedHost",
                    "VMotionNotConfigured",
                    "VMotionNotLicensed",
                    "VMotionNotSupported",
                    "CpuHotPlugNotSupported",
                    "MemoryHotPlugNotSupported" -> new AdapterException.Permanent(Cause.UNSUPPORTED, message, fault);
            case "CpuIncompatible",
                    "CpuIncompatible1ECX",
                    "CpuIncompatible81EDX",
                    "CpuCompatibilityUnknown",
                    "FeatureRequirementsNotMet" ->
                new AdapterException.Permanent(Cause.INCOMPATIBLE_CPU, message, fault);
            case "SystemError", "RequestCanceled" -> new AdapterException.OutcomeUnknown(Cause.REFUSED, message, fault);
            default ->
                new AdapterException.Permanent(
                        isLackOfRoom(fault.type()) ? Cause.NO_CAPACITY : Cause.REFUSED, message, fault);
        };
    }

    /** The documented faults of too little room are named so, but for those of a full datastore. */
    private static boolean isLackOfRoom(String type) {
        return type.startsWith("Insufficient") || type.equals("NoDiskSpace") || type.endsWith("NoSpace");
    }
}
