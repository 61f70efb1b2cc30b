package io.vmha.libvirt;

import com.sun.jna.Callback;
import com.sun.jna.Pointer;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import org.libvirt.jna.DomainPointer;
import org.libvirt.jna.Libvirt;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Turns what libvirt calls back with into plain Java calls. Stateless but for the callbacks that it keeps alive.
 *
 * <p>The listener is called on the one event thread of the process: it must return quickly and must not call libvirt's
 * host.
 */
final class HostEvents {
    private static final Logger LOG = LoggerFactory.getLogger(HostEvents.class);
    private static final int LIFECYCLE = 0;
    private static final int REBOOT = 1;
    private static final int WATCHDOG = 4;
    private static final int IO_ERROR_REASON = 8;
    private static final int AGENT_LIFECYCLE = 18;
    private static final int METADATA_CHANGE = 23;

    static final int EVENT_DEFINED = 0;
    static final int EVENT_UNDEFINED = 1;
    static final int EVENT_STARTED = 2;
    static final int EVENT_SUSPENDED = 3;
    static final int EVENT_STOPPED = 5;
    static final int EVENT_CRASHED = 8;
    static final int STARTED_MIGRATED = 1;
    static final int SUSPENDED_IO_ERROR = 2;

    /** What is told of a host's domains. */
    interface Listener {
        /** A domain's state or definition changed; {@code event} and {@code detail} as libvirt numbers them. */
        void lifecycle(UUID domain, int event, int detail);

        /** A domain's metadata changed. */
        void metadataChanged(UUID domain);

        /** A domain's guest restarts, as it or somebody wanted. */
        void rebooted(UUID domain);

        /** A domain's guest opened or closed the agent's channel. */
        void agentChanged(UUID domain);

        /** A domain's watchdog fired. */
        void watchdog(UUID domain, int action);

        /** A disk of a domain answered with an error; {@code reason} is empty or such as {@code enospc}. */
        void ioError(UUID domain, String device, String reason);

        /** The connection was lost. */
        void connectionLost(int reason);
    }

    // libvirt calls into these for as long as a connection lives: what it cannot see, the collector must not take.
    private static final Map<Long, Callback> KEPT = new ConcurrentHashMap<>();
    private static final AtomicLong KEYS = new AtomicLong();
    private static final FreeCallback FREE = opaque -> KEPT.remove(Pointer.nativeValue(opaque));

    /** Called by libvirt when it needs a callback no more. */
    interface FreeCallback extends Callback {
        void free(Pointer opaque);
    }

    private HostEvents() {}

    /** Listens to a new connection, for as long as it lasts. */
    static void listen(NativeConnection connection, Listener listener) {
        VirtExtras.LifecycleCallback lifecycle = (conn, domain, event, detail, opaque) -> {
            quietly(() -> listener.lifecycle(uuid(domain), event, detail));
            return 0;
        };
        VirtExtras.MetadataCallback metadata =
                (conn, domain, type, namespace, opaque) -> quietly(() -> listener.metadataChanged(uuid(domain)));
        VirtExtras.DomainCallback reboot = (conn, domain, opaque) -> quietly(() -> listener.rebooted(uuid(domain)));
        VirtExtras.TwoNumbersCallback agent =
                (conn, domain, state, why, opaque) -> quietly(() -> listener.agentChanged(uuid(domain)));
        VirtExtras.NumberCallback watchdog =
                (conn, domain, action, opaque) -> quietly(() -> listener.watchdog(uuid(domain), action));
        VirtExtras.IoErrorCallback ioError = (conn, domain, source, device, action, reason, opaque) ->
                quietly(() -> listener.ioError(uuid(domain), text(device), text(reason)));
        VirtExtras.CloseCallback close = (conn, reason, opaque) -> quietly(() -> listener.connectionLost(reason));
        register(connection, LIFECYCLE, lifecycle);
        register(connection, METADATA_CHANGE, metadata);
        register(connection, REBOOT, reboot);
        register(connection, AGENT_LIFECYCLE, agent);
        register(connection, WATCHDOG, watchdog);
        register(connection, IO_ERROR_REASON, ioError);
        registerClose(connection, close);
    }

    // A registration holds a reference to its connection, so it must end before the connection can be closed.
    private static void register(NativeConnection connection, int event, Callback callback) {
        Pointer key = keep(callback);
        int id = VirtExtras.INSTANCE.virConnectDomainEventRegisterAny(
                connection.pointer(), null, event, callback, key, FREE);
        if (isRegistered(id, key)) {
            connection.beforeClosing(
                    () -> Libvirt.INSTANCE.virConnectDomainEventDeregisterAny(connection.pointer(), id));
        }
    }

    private static void registerClose(NativeConnection connection, VirtExtras.CloseCallback callback) {
        Pointer key = keep(callback);
        int result = VirtExtras.INSTANCE.virConnectRegisterCloseCallback(connection.pointer(), callback, key, FREE);
        if (isRegistered(result, key)) {
            connection.beforeClosing(
                    () -> VirtExtras.INSTANCE.virConnectUnregisterCloseCallback(connection.pointer(), callback));
        }
    }

    private static boolean isRegistered(int result, Pointer key) {
        if (result >= 0) {
            return true;
        }
        LibvirtError error = LibvirtError.lastOfThread();
        KEPT.remove(Pointer.nativeValue(key));
        if (error.code() != LibvirtError.NO_SUPPORT) {
            throw new NativeException(error);
        }
        return false;
    }

    private static Pointer keep(Callback callback) {
        long key = KEYS.incrementAndGet();
        KEPT.put(key, callback);
        return new Pointer(key);
    }

    private static UUID uuid(Pointer pointer) {
        DomainPointer domain = new DomainPointer();
        domain.setPointer(pointer);
        return NativeConnection.uuid(domain);
    }

    private static String text(Pointer pointer) {
        return pointer == null ? "" : pointer.getString(0, "UTF-8");
    }

    private static void quietly(Runnable action) {
        try {
            action.run();
        } catch (RuntimeException e) {
            LOG.error("a listener to libvirt's events failed", e);
        }
    }
}
