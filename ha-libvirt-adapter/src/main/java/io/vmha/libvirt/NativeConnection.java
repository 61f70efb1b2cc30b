package io.vmha.libvirt;

import com.sun.jna.Native;
import com.sun.jna.NativeLong;
import com.sun.jna.Pointer;
import com.sun.jna.ptr.IntByReference;
import java.net.URI;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.ToIntFunction;
import org.jspecify.annotations.Nullable;
import org.libvirt.Connect;
import org.libvirt.LibvirtException;
import org.libvirt.jna.ConnectionPointer;
import org.libvirt.jna.DomainPointer;
import org.libvirt.jna.Libvirt;
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

    static final int AFFECT_LIVE = 1;
    static final int AFFECT_CONFIG = 1 << 1;

    private final Handle handle;
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

    List<DomainStats> allStats() {
        return BulkStats.read(pointer());
    }

    String capabilities() {
        try {
            return handle.getCapabilities();
        } catch (LibvirtException e) {
            throw new NativeException(LibvirtError.lastOfThread());
        }
    }

    virNodeInfo nodeInfo() {
        virNodeInfo info = new virNodeInfo();
        check(Libvirt.INSTANCE.virNodeGetInfo(pointer(), info));
        return info;
    }

    /** The domain's XML; flags as {@link #XML_INACTIVE} and {@link #XML_SECURE}. */
    String xml(UUID domain, int flags) {
        try (Domain found = lookup(domain)) {
            Pointer text = VirtExtras.INSTANCE.virDomainGetXMLDesc(found.pointer, flags);
            if (text == null) {
                throw new NativeException(LibvirtError.lastOfThread());
            }
            try {
                return text.getString(0, "UTF-8");
            } finally {
                Native.free(Pointer.nativeValue(text));
            }
        }
    }

    /** The UUID of the domain of that name. */
    UUID uuidOf(String name) {
        try (Domain found = new Domain(VirtExtras.INSTANCE.virDomainLookupByName(pointer(), name))) {
            return uuid(found.pointer);
        }
    }

    /** libvirt's {@code virDomainState}. */
    int state(UUID domain) {
        IntByReference state = new IntByReference();
        call(domain, found -> VirtExtras.INSTANCE.virDomainGetState(found, state, null, 0));
        return state.getValue();
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

    void setMemory(UUID domain, long kibibytes, int flags) {
        call(domain, found -> VirtExtras.INSTANCE.virDomainSetMemoryFlags(found, new NativeLong(kibibytes), flags));
    }

    void setVcpus(UUID domain, int count, int flags) {
        call(domain, found -> Libvirt.INSTANCE.virDomainSetVcpusFlags(found, count, flags));
    }

    /** Registers a definition and returns its UUID. */
    UUID define(String xml) {
        try (Domain defined = new Domain(VirtExtras.INSTANCE.virDomainDefineXMLFlags(pointer(), xml, 0))) {
            return uuid(defined.pointer);
        }
    }

    void undefine(UUID domain, int flags) {
        call(domain, found -> Libvirt.INSTANCE.virDomainUndefineFlags(found, flags));
    }

    /** Has something done before the connection is closed; not thread-safe, for whoever opens it. */
    void beforeClosing(Runnable action) {
        beforeClosing.add(action);
    }

    @Override
    public void close() {
        beforeClosing.forEach(Runnable::run);
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

    private Domain lookup(UUID domain) {
        return new Domain(VirtExtras.INSTANCE.virDomainLookupByUUIDString(pointer(), domain.toString()));
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

    /** A reference to a domain, given back at the end of its block. */
    private static final class Domain implements AutoCloseable {
        private final DomainPointer pointer;

        Domain(@Nullable DomainPointer pointer) {
            if (pointer == null) {
                throw new NativeException(LibvirtError.lastOfThread());
            }
            this.pointer = pointer;
        }

        @Override
        public void close() {
            check(Libvirt.INSTANCE.virDomainFree(pointer));
        }
    }
}
