package io.vmha.libvirt;

import com.sun.jna.Native;
import com.sun.jna.Pointer;
import com.sun.jna.ptr.IntByReference;
import java.net.URI;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.BiFunction;
import java.util.function.ToIntFunction;
import org.jspecify.annotations.Nullable;
import org.libvirt.Connect;
import org.libvirt.LibvirtException;
import org.libvirt.jna.ConnectionPointer;
import org.libvirt.jna.DomainPointer;
import org.libvirt.jna.Libvirt;
import org.libvirt.jna.virDomainJobInfo;
import org.libvirt.jna.virNodeInfo;

/**
 * One open connection to one libvirt host: what the adapter asks of it, as calls that block and throw {@link
 * NativeException}. Thread-safe, as libvirt's connections are; {@link #close} must come after the last call has returned.
 */
final class NativeConnection implements AutoCloseable {
    private static final int UUID_BYTES = 16;
    /** Read the definition that the next start uses, not the running one. */
    static final int XML_INACTIVE = 1 << 1;
    /** Include passwords, which a definition needs to be registered elsewhere; refused to read-only connections. */
    static final int XML_SECURE = 1;

    private static final int UNDEFINE_ALL = 1 | 1 << 1; // managed save, snapshot metadata
    private static final int UNDEFINE_NVRAM = 1 << 2;
    private static final int UNDEFINE_KEEP_NVRAM = 1 << 3;
    private static final int UNDEFINE_CHECKPOINTS = 1 << 4;
    private static final int UNDEFINE_TPM = 1 << 5;
    private static final int UNDEFINE_KEEP_TPM = 1 << 6;

    private static final int MIGRATE_LIVE = 1;
    private static final int MIGRATE_PEER_TO_PEER = 1 << 1;
    private static final int MIGRATE_PERSIST_DESTINATION = 1 << 3;
    private static final int MIGRATE_UNDEFINE_SOURCE = 1 << 4;
    private static final int MIGRATE_UNSAFE = 1 << 9;
    private static final int MIGRATE_ABORT_ON_ERROR = 1 << 12;

    private static final int MOST_HANDLES = 1_000;

    private final Handle handle;
    private final Map<UUID, DomainPointer> handles = new ConcurrentHashMap<>();
    private final List<Runnable> beforeClosing = new CopyOnWriteArrayList<>();

    /** Opens the pointer that org.libvirt keeps to itself, for the calls that it lacks. */
    private static final class Handle extends Connect {
        Handle(URI uri, boolean readOnly) throws LibvirtException {
            super(uri.toString(), readOnly);
        }

        ConnectionPointer pointer() {
            return vcp;
        }
    }

    private NativeConnection(Handle handle) {
        this.handle = handle;
    }

    /**
     * Opens a connection; blocks until the host answers or the operating system gives up.
     *
     * @throws NativeException if the host refuses or does not answer
     */
    static NativeConnection open(URI uri, boolean readOnly) {
        EventLoop.ensureStarted();
        try {
            return new NativeConnection(new Handle(uri, readOnly));
        } catch (LibvirtException e) {
            throw new NativeException(LibvirtError.lastOfThread());
        }
    }

    /** Has the host pinged every so many seconds, and the connection closed after so many pings without an answer. */
    void keepAlive(int intervalSeconds, int count) {
        try {
            handle.setKeepAlive(intervalSeconds, count);
            // A ping while the connection is being closed would be a second sender; see ConnectionPool.
            beforeClosing.add(0, () -> Libvirt.INSTANCE.virConnectSetKeepAlive(pointer(), 0, 0));
        } catch (LibvirtException e) {
            // Drivers without a connection, such as the test driver, have nothing to keep alive.
            LibvirtError error = LibvirtError.lastOfThread();
            if (error.code() != LibvirtError.NO_SUPPORT) {
                throw new NativeException(error);
            }
        }
    }

    boolean isAlive() {
        return Libvirt.INSTANCE.virConnectIsAlive(pointer()) == 1;
    }

    ConnectionPointer pointer() {
        return handle.pointer();
    }

    /** Makes something of each domain and its statistics, which come in one call. */
    <T> List<T> eachDomain(BiFunction<DomainPointer, DomainStats, T> make) {
        return BulkStats.read(pointer(), make);
    }

    String capabilities() {
        try {
            return handle.getCapabilities();
        } catch (LibvirtException e) {
            throw new NativeException(LibvirtError.lastOfThread());
        }
    }

    /** The capabilities of domains of the default kind; empty text where the driver tells none. */
    String domainCapabilities() {
        return textOrEmpty(VirtExtras.INSTANCE.virConnectGetDomainCapabilities(pointer(), null, null, null, null, 0));
    }

    /** The firmware's tables; empty text where the driver tells none. */
    String systemInformation() {
        return textOrEmpty(VirtExtras.INSTANCE.virConnectGetSysinfo(pointer(), 0));
    }

    private static String textOrEmpty(@Nullable Pointer text) {
        if (text == null) {
            return "";
        }
        try {
            return text.getString(0, "UTF-8");
        } finally {
            Native.free(Pointer.nativeValue(text));
        }
    }

    /** What a domain has while it runs, which may be more than its definition has. */
    String runningXml(UUID domain) {
        String[] xml = new String[1];
        call(domain, found -> {
            xml[0] = xml(found, 0);
            return 0;
        });
        return xml[0];
    }

    virNodeInfo nodeInfo() {
        virNodeInfo info = new virNodeInfo();
        check(Libvirt.INSTANCE.virNodeGetInfo(pointer(), info));
        return info;
    }

    /** The domain's XML; flags as {@link #XML_INACTIVE} and {@link #XML_SECURE}. */
    static String xml(DomainPointer domain, int flags) {
        Pointer text = VirtExtras.INSTANCE.virDomainGetXMLDesc(domain, flags);
        if (text == null) {
            throw new NativeException(LibvirtError.lastOfThread());
        }
        try {
            return text.getString(0, "UTF-8");
        } finally {
            Native.free(Pointer.nativeValue(text));
        }
    }

    /** libvirt's {@code virDomainState}. */
    int state(UUID domain) {
        IntByReference state = new IntByReference();
        call(domain, found -> VirtExtras.INSTANCE.virDomainGetState(found, state, null, 0));
        return state.getValue();
    }

    /** What is counted of a domain's devices and vCPUs; does not wait for a domain that is busy with a job. */
    GuestCounters counters(UUID domain) {
        GuestCounters[] counters = new GuestCounters[1];
        call(domain, found -> {
            counters[0] = BulkStats.counters(found);
            return 0;
        });
        return counters[0];
    }

    /** A running domain's weight; absent where the host does not weigh by it. */
    OptionalLong weight(UUID domain, Weight weight) {
        OptionalLong[] found = new OptionalLong[1];
        call(domain, pointer -> {
            found[0] = DomainWeights.get(pointer, weight);
            return 0;
        });
        return found[0];
    }

    /** Sets a running domain's weight until it stops. */
    void setWeight(UUID domain, Weight weight, long value) {
        call(domain, pointer -> {
            DomainWeights.set(pointer, weight, value);
            return 0;
        });
    }

    void start(UUID domain) {
        call(domain, Libvirt.INSTANCE::virDomainCreate);
    }

    void resume(UUID domain) {
        call(domain, Libvirt.INSTANCE::virDomainResume);
    }

    void wakeUp(UUID domain) {
        call(domain, found -> Libvirt.INSTANCE.virDomainPMWakeup(found, 0));
    }

    /** Asks the guest to shut down; returns at once. */
    void shutDown(UUID domain) {
        call(domain, found -> VirtExtras.INSTANCE.virDomainShutdownFlags(found, 0));
    }

    /** Powers the domain off hard. */
    void destroy(UUID domain) {
        call(domain, found -> VirtExtras.INSTANCE.virDomainDestroyFlags(found, 0));
    }

    /**
     * Sets memory and vCPUs, live if it runs and for its next start; both or neither.
     *
     * @param definedVcpus the vCPUs that it would start with as it is defined
     * @param kibibytesBefore what to give back if the vCPUs are refused
     */
    void allocate(UUID domain, long kibibytes, int vcpus, int definedVcpus, long kibibytesBefore) {
        try (Domain found = lookup(domain)) {
            DomainSize.set(found.pointer, kibibytes, vcpus, definedVcpus, kibibytesBefore);
        }
    }

    /** Registers a definition and returns its UUID. */
    UUID define(String xml) {
        try (Domain defined = new Domain(VirtExtras.INSTANCE.virDomainDefineXMLFlags(pointer(), xml, 0), true)) {
            return uuid(defined.pointer);
        }
    }

    /**
     * Unregisters a domain with what libvirt keeps of it, but none of its disks, and not its firmware's settings and its
     * TPM's state, without which it may not be able to read its disks.
     *
     * @param hasTpm whether it has a TPM: then it is not unregistered by a libvirt that cannot keep its state
     * @throws NativeException if it cannot be unregistered so
     */
    void undefine(UUID domain, boolean hasTpm) {
        List<Integer> ways = hasTpm
                ? List.of(UNDEFINE_ALL | UNDEFINE_CHECKPOINTS | UNDEFINE_KEEP_NVRAM | UNDEFINE_KEEP_TPM)
                : List.of(
                        UNDEFINE_ALL | UNDEFINE_CHECKPOINTS | UNDEFINE_KEEP_NVRAM | UNDEFINE_KEEP_TPM,
                        UNDEFINE_ALL | UNDEFINE_KEEP_NVRAM,
                        // Not every driver knows of NVRAM.
                        UNDEFINE_ALL);
        undefine(domain, ways);
    }

    private void undefine(UUID domain, List<Integer> ways) {
        for (int i = 0; i < ways.size(); i++) {
            int flags = ways.get(i);
            try {
                call(domain, found -> Libvirt.INSTANCE.virDomainUndefineFlags(found, flags));
                return;
            } catch (NativeException e) {
                boolean unknownFlag = e.is(LibvirtError.INVALID_ARG) || e.is(LibvirtError.ARGUMENT_UNSUPPORTED);
                if (!unknownFlag || i == ways.size() - 1) {
                    throw e;
                }
            }
        }
    }

    /**
     * Unregisters a domain with all that libvirt keeps of it but its disks: its firmware's settings and its TPM's state are deleted.
     *
     * @throws NativeException if it cannot be unregistered so
     */
    void forget(UUID domain) {
        List<Integer> ways = List.of(
                UNDEFINE_ALL | UNDEFINE_CHECKPOINTS | UNDEFINE_NVRAM | UNDEFINE_TPM,
                UNDEFINE_ALL | UNDEFINE_NVRAM,
                // Not every driver knows of NVRAM.
                UNDEFINE_ALL);
        undefine(domain, ways);
    }

    void rename(UUID domain, String newName) {
        call(domain, found -> VirtExtras.INSTANCE.virDomainRename(found, newName, 0));
    }

    /**
     * Moves a running domain peer to peer; returns when it runs there, and is defined there and no longer here.
     *
     * @param uncheckedStorage whether libvirt is not to judge if the other host sees the same disks
     */
    void migrate(UUID domain, URI destination, boolean uncheckedStorage) {
        int flags = MIGRATE_LIVE
                | MIGRATE_PEER_TO_PEER
                | MIGRATE_PERSIST_DESTINATION
                | MIGRATE_UNDEFINE_SOURCE
                | MIGRATE_ABORT_ON_ERROR
                | (uncheckedStorage ? MIGRATE_UNSAFE : 0);
        call(
                domain,
                found -> VirtExtras.INSTANCE.virDomainMigrateToURI3(found, destination.toString(), null, 0, flags));
    }

    void abortJob(UUID domain) {
        call(domain, Libvirt.INSTANCE::virDomainAbortJob);
    }

    virDomainJobInfo jobInfo(UUID domain) {
        virDomainJobInfo info = new virDomainJobInfo();
        call(domain, found -> Libvirt.INSTANCE.virDomainGetJobInfo(found, info));
        return info;
    }

    /** Has something done before the connection is closed; not thread-safe, for whoever opens it. */
    void beforeClosing(Runnable action) {
        beforeClosing.add(action);
    }

    @Override
    public void close() {
        beforeClosing.forEach(Runnable::run);
        handles.values().forEach(Libvirt.INSTANCE::virDomainFree);
        handles.clear();
        try {
            handle.close();
        } catch (LibvirtException e) {
            throw new NativeException(LibvirtError.lastOfThread());
        }
    }

    int call(UUID domain, ToIntFunction<DomainPointer> operation) {
        try (Domain found = lookup(domain)) {
            return check(operation.applyAsInt(found.pointer));
        }
    }

    /** Looking a domain up asks the host, so what was found is kept: libvirt goes by its UUID, which does not change. */
    private Domain lookup(UUID domain) {
        DomainPointer kept = handles.get(domain);
        if (kept != null) {
            return new Domain(kept, false);
        }
        DomainPointer found = VirtExtras.INSTANCE.virDomainLookupByUUIDString(pointer(), domain.toString());
        boolean keep = found != null && handles.size() < MOST_HANDLES && handles.putIfAbsent(domain, found) == null;
        return new Domain(found, !keep);
    }

    static UUID uuid(DomainPointer domain) {
        byte[] bytes = new byte[UUID_BYTES];
        check(Libvirt.INSTANCE.virDomainGetUUID(domain, bytes));
        ByteBuffer buffer = ByteBuffer.wrap(bytes);
        return new UUID(buffer.getLong(), buffer.getLong());
    }

    static int check(int result) {
        if (result < 0) {
            throw new NativeException(LibvirtError.lastOfThread());
        }
        return result;
    }

    /** A reference to a domain, given back at the end of its block unless it is kept. */
    private static final class Domain implements AutoCloseable {
        private final DomainPointer pointer;
        private final boolean freed;

        Domain(@Nullable DomainPointer pointer, boolean freed) {
            if (pointer == null) {
                throw new NativeException(LibvirtError.lastOfThread());
            }
            this.pointer = pointer;
            this.freed = freed;
        }

        @Override
        public void close() {
            if (freed) {
                check(Libvirt.INSTANCE.virDomainFree(pointer));
            }
        }
    }
}
