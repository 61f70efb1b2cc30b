package io.vmha.fault;

import java.util.EnumSet;
import java.util.Set;

/** What kind of fault is reported, and whether of a virtual machine or of a host. */
public enum FaultKind {
    /** A filesystem of the machine flipped read-only after a storage error. */
    FILESYSTEM_READ_ONLY(Scope.VM),
    /** The machine's guest does not answer. */
    GUEST_HUNG(Scope.VM),
    /** The service that the machine is for does not answer. */
    SERVICE_DOWN(Scope.VM),
    /** A filesystem of the machine is full. */
    DISK_FULL(Scope.VM),
    /** The machine's storage answers with errors. */
    IO_ERROR(Scope.VM),
    /** The machine was found powered off though it should run. */
    POWERED_OFF(Scope.VM),
    /** The host has failed and is confirmed off, and all its machines with it: no fencing is needed. */
    HOST_DOWN(Scope.HOST),
    /** Management cannot reach the host; its machines may be running still, so it is fenced before what requires it moves. */
    HOST_UNREACHABLE(Scope.HOST),
    /** A part of the host is failing; its machines still run. */
    HOST_DEGRADED(Scope.HOST);

    /**
     * What closes a fault of this kind.
     *
     * <table>
     *   <caption>What closes which kind</caption>
     *   <tr><th>kind<th>closed by
     *   <tr><td>FILESYSTEM_READ_ONLY, GUEST_HUNG, SERVICE_DOWN, DISK_FULL, IO_ERROR<td>REPAIRED, RECOVERED: that the VM is on
     *       says nothing about its guest
     *   <tr><td>POWERED_OFF<td>REPAIRED, RECOVERED, SEEN_RUNNING
     *   <tr><td>HOST_DOWN, HOST_UNREACHABLE, of a VM that was lost with its host<td>REPAIRED, RECOVERED, SEEN_RUNNING: that the
     *       host is back says nothing about the VM
     *   <tr><td>HOST_DOWN, HOST_UNREACHABLE, HOST_DEGRADED, of the host<td>HOST_UP
     * </table>
     *
     * @param of whose fault it is: a VM may have a fault of its own from its host's
     */
    public Set<FaultEnd> closedBy(Scope of) {
        if (of == Scope.HOST) {
            return EnumSet.of(FaultEnd.HOST_UP);
        }
        boolean isOfTheGuest = scope == Scope.VM && this != POWERED_OFF;
        return isOfTheGuest
                ? EnumSet.of(FaultEnd.REPAIRED, FaultEnd.RECOVERED)
                : EnumSet.of(FaultEnd.REPAIRED, FaultEnd.RECOVERED, FaultEnd.SEEN_RUNNING);
    }

    /** What a fault is about. */
    public enum Scope {
        /** One virtual machine. */
        VM,
        /** A host, and so every machine on it. */
        HOST
    }

    private final Scope scope;

    FaultKind(Scope scope) {
        this.scope = scope;
    }

    /** What a fault of this kind is about. */
    public Scope scope() {
        return scope;
    }

    /** Whether a guest must run to have a fault of this kind: the guest itself tells it; silence does not. */
    public boolean isToldByRunningGuest() {
        return this == FILESYSTEM_READ_ONLY || this == DISK_FULL || this == IO_ERROR;
    }
}
