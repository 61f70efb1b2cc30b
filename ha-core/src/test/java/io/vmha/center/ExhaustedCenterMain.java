package io.vmha.center;

import io.vmha.Fixtures;
import io.vmha.center.event.CenterHealth;
import io.vmha.center.event.HaEvent;
import io.vmha.detection.DetectionConfig;
import io.vmha.detection.Heartbeat;
import io.vmha.detection.SecondLook;
import io.vmha.fault.FaultKind;
import io.vmha.fault.FaultReport;
import io.vmha.model.VirtualMachine;
import io.vmha.model.VmId;
import io.vmha.sim.SimulatedDatacenter;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;

/**
 * A center in a process of its own whose memory is used up for a second at a time. After each round it says whether it still
 * decides reports and takes heartbeats, or has ended and said so, or neither.
 */
final class ExhaustedCenterMain {
    private static final int ROUNDS = 20;
    private static final VmId MW1 = VmId.of("mw1");
    private static final long HELD_NANOS = TimeUnit.SECONDS.toNanos(1);
    private static final int MOST = 1_000;
    private static final Object[] NOTHING = {};
    private static final int LENT = 512;
    private static final long LENDING_NANOS = TimeUnit.MILLISECONDS.toNanos(2);
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    private static long sequence;

    private ExhaustedCenterMain() {}

    public static void main(String[] none) throws Exception {
        SimulatedDatacenter datacenter = new SimulatedDatacenter(Fixtures.referenceEmbodiment());
        AtomicBoolean saidEnd = new AtomicBoolean();
        ManagementCenter center = ManagementCenter.builder()
                .adapter(datacenter.hypervisor())
                .trafficDirector(datacenter.trafficDirector())
                .databaseCluster(datacenter.databaseCluster(), Duration.ofSeconds(1))
                .inventory(Fixtures.referenceEmbodiment())
                .detection(DetectionConfig.defaults(), (vm, host, deadline) -> SecondLook.ALIVE)
                .listener(event -> {
                    if (event instanceof HaEvent.CenterEnded) {
                        saidEnd.set(true);
                    }
                })
                .build();
        // What is loaded at the first report is loaded while there is memory.
        beat(center);
        String found = state(center, saidEnd, List.of(center.submit(next()).toCompletableFuture()));
        for (int round = 0; round < ROUNDS && found.equals("decides"); round++) {
            found = state(center, saidEnd, exhaust(center));
            System.out.println(found);
        }
        System.out.println("over");
        System.exit(0);
    }

    /**
     * Uses up all memory, and goes on taking what others give back, while reports and heartbeats come.
     *
     * @return what the center is to say of each report
     */
    private static List<CompletableFuture<?>> exhaust(ManagementCenter center) throws InterruptedException {
        AtomicBoolean isOver = new AtomicBoolean();
        // Room for all of them, before there is none.
        List<CompletableFuture<?>> waited = new ArrayList<>(MOST);
        Thread senders = new Thread(() -> {
            while (!isOver.get() && waited.size() < MOST) {
                try {
                    waited.add(center.submit(next()).toCompletableFuture());
                    beat(center);
                } catch (OutOfMemoryError full) {
                    // The sender's own affair: it sends again.
                }
            }
        });
        byte[][] lent = new byte[LENT][];
        // Loads what the holding needs.
        LockSupport.parkNanos(1);
        senders.start();
        hold(lent);
        isOver.set(true);
        senders.join();
        return waited;
    }

    /** Gives a little back now and then, so that others get as far as they get with that. */
    private static void hold(byte[][] lent) {
        Object[] held = NOTHING;
        long until = System.nanoTime() + HELD_NANOS;
        while (System.nanoTime() < until) {
            held = fill(held, lent);
            LockSupport.parkNanos(LENDING_NANOS);
            Arrays.fill(lent, null);
            LockSupport.parkNanos(LENDING_NANOS);
        }
    }

    private static Object[] fill(Object[] before, byte[][] lent) {
        Object[] held = before;
        for (int i = 0; i < lent.length; i++) {
            try {
                lent[i] = new byte[1 << 10];
            } catch (OutOfMemoryError full) {
                lent[i] = null;
            }
        }
        for (int size = 1 << 20; size > 1; ) {
            try {
                Object[] more = new Object[size];
                more[0] = held;
                held = more;
            } catch (OutOfMemoryError full) {
                size /= 2;
            }
        }
        return held;
    }

    private static synchronized FaultReport next() {
        return FaultReport.ofVm(MW1, FaultKind.SERVICE_DOWN, Instant.now(), "monitor:mw1", ++sequence);
    }

    private static void beat(ManagementCenter center) {
        for (VirtualMachine vm : center.inventory().vms()) {
            center.heartbeat(Heartbeat.ofVm(vm.id(), 0, System.nanoTime()));
        }
    }

    /** Whoever waits for the center is told something, whatever went wrong on its way. */
    private static String state(ManagementCenter center, AtomicBoolean saidEnd, List<CompletableFuture<?>> waited)
            throws InterruptedException {
        List<String> seen = new ArrayList<>();
        long until = System.nanoTime() + PATIENCE.toNanos();
        while (System.nanoTime() < until) {
            try {
                CenterHealth health = center.health().toCompletableFuture().get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
                if (!health.isLeading() && saidEnd.get()) {
                    return "ended";
                }
                if (health.isLeading()) {
                    center.submit(next()).toCompletableFuture().get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
                    long untold = waited.stream().filter(one -> !one.isDone()).count();
                    if (untold == 0) {
                        return "decides";
                    }
                    seen.add(untold + " of " + waited.size() + " reports of which nobody is told what became");
                }
            } catch (Exception | OutOfMemoryError notYet) {
                seen.add(notYet.toString());
            }
            Thread.sleep(20);
        }
        return "deaf: " + seen.stream().distinct().toList();
    }
}
