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
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * A center in a process of its own whose memory is used up for a second at a time. After each round it says whether it still
 * decides reports and takes heartbeats, or has ended and said so, or neither.
 */
final class ExhaustedCenterMain {
    private static final int ROUNDS = 20;
    private static final VmId MW1 = VmId.of("mw1");
    private static final long HELD_NANOS = TimeUnit.SECONDS.toNanos(1);
    private static final Duration PATIENCE = Duration.ofMinutes(2);

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
        String found = "";
        for (int round = 0; round < ROUNDS && !found.equals("ended"); round++) {
            exhaust(center);
            found = state(center, saidEnd);
            System.out.println(found);
        }
        System.out.println("over");
        System.exit(0);
    }

    /** Uses up all memory, and goes on taking what others give back, while reports and heartbeats come. */
    private static void exhaust(ManagementCenter center) throws InterruptedException {
        AtomicBoolean isOver = new AtomicBoolean();
        Thread senders = new Thread(() -> {
            while (!isOver.get()) {
                try {
                    report(center);
                    beat(center);
                    Thread.sleep(5);
                } catch (InterruptedException | OutOfMemoryError full) {
                    // The sender's own affair: it sends again.
                }
            }
        });
        senders.start();
        hold();
        isOver.set(true);
        senders.join();
    }

    private static void hold() {
        Object[] held = new Object[1];
        long until = System.nanoTime() + HELD_NANOS;
        int size = 1 << 20;
        while (System.nanoTime() < until) {
            try {
                Object[] more = new Object[size];
                more[0] = held;
                held = more;
            } catch (OutOfMemoryError full) {
                size = Math.max(2, size / 2);
            }
        }
    }

    private static synchronized FaultReport next() {
        return FaultReport.ofVm(MW1, FaultKind.SERVICE_DOWN, Instant.now(), "monitor:mw1", ++sequence);
    }

    private static void report(ManagementCenter center) {
        center.submit(next());
    }

    private static void beat(ManagementCenter center) {
        for (VirtualMachine vm : center.inventory().vms()) {
            center.heartbeat(Heartbeat.ofVm(vm.id(), 0, System.nanoTime()));
        }
    }

    private static String state(ManagementCenter center, AtomicBoolean saidEnd) throws InterruptedException {
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
                    return "decides";
                }
            } catch (Exception | OutOfMemoryError notYet) {
                seen.add(notYet.toString());
            }
            Thread.sleep(20);
        }
        return "deaf: " + seen.stream().distinct().toList();
    }
}
