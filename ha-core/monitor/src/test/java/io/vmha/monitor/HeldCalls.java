package io.vmha.monitor;

import io.vmha.monitor.contract.Hang;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;

/** A gate that holds the calls that come to it while it is closed. Thread-safe. */
public final class HeldCalls implements Hang {
    private final CountDownLatch released = new CountDownLatch(1);
    private final AtomicInteger held = new AtomicInteger();

    /** Waits until the gate is opened. */
    public void pass() throws InterruptedException {
        held.incrementAndGet();
        try {
            released.await();
        } finally {
            held.decrementAndGet();
        }
    }

    /** The same, as of what waits for a disk: no interrupt ends it. */
    public void passDeaf() {
        boolean wasInterrupted = false;
        while (true) {
            try {
                pass();
                break;
            } catch (InterruptedException later) {
                wasInterrupted = true;
            }
        }
        if (wasInterrupted) {
            Thread.currentThread().interrupt();
        }
    }

    /**
     * The same as something that hangs, and in which no call can be interrupted.
     *
     * @param opened is done first when it is closed, so that no call comes to it any more
     */
    Hang asDeafHang(Runnable opened) {
        return new Hang() {
            @Override
            public boolean holdsACall() {
                return HeldCalls.this.holdsACall();
            }

            @Override
            public boolean yieldsToInterrupts() {
                return false;
            }

            @Override
            public void close() {
                opened.run();
                HeldCalls.this.close();
            }
        };
    }

    @Override
    public boolean holdsACall() {
        return held.get() > 0;
    }

    @Override
    public void close() {
        released.countDown();
    }
}
