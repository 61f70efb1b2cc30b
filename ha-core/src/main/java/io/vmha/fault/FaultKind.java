package io.vmha.fault;

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
}
