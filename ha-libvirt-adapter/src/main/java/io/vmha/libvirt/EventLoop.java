package io.vmha.libvirt;

import org.libvirt.jna.Libvirt;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The one thread on which libvirt delivers events and keepalive for every connection of this process.
 *
 * <p>libvirt has one event loop for a process, which must be registered before the first connection is opened and cannot
 * be taken back; so the thread is a daemon and lives as long as the process. Thread-safe.
 */
final class EventLoop {
    private static final Logger LOG = LoggerFactory.getLogger(EventLoop.class);
    private static boolean started;

    private EventLoop() {}

    /** Starts the loop if it is not running, and silences libvirt's own printing of errors. */
    static synchronized void ensureStarted() {
        if (started) {
            return;
        }
        Libvirt.INSTANCE.virSetErrorFunc(null, SILENCE);
        if (Libvirt.INSTANCE.virInitialize() < 0 || Libvirt.INSTANCE.virEventRegisterDefaultImpl() < 0) {
            throw new NativeException(LibvirtError.lastOfThread());
        }
        Thread thread = new Thread(EventLoop::run, "vmha-libvirt-events");
        thread.setDaemon(true);
        thread.start();
        started = true;
    }

    // A field, since the native side keeps no reference that the garbage collector could see.
    private static final Libvirt.VirErrorCallback SILENCE = (userData, error) -> {};

    private static void run() {
        while (true) {
            if (Libvirt.INSTANCE.virEventRunDefaultImpl() < 0) {
                LOG.warn("libvirt's event loop failed once: {}", LibvirtError.lastOfThread());
                Thread.onSpinWait();
            }
        }
    }
}
