package example;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.vmha.adapter.CallContext;
import io.vmha.center.ManagementCenter;
import io.vmha.center.event.HaEvent;
import io.vmha.fault.FaultKind;
import io.vmha.fault.FaultReport;
import io.vmha.journal.DurablePlanJournal;
import io.vmha.metrics.HaMetrics;
import io.vmha.model.VmId;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.CountDownLatch;

/**
 * A center in a process of its own, with its meters. Arguments: the platform's folder and, the first time, the VM that fails. Prints how
 * many events of each kind there were, and what its meters have counted. Where the folder holds a file {@code hold}, a power-off waits.
 */
public final class Center {
    private Center() {}

    public static void main(String[] arguments) throws Exception {
        Path folder = Path.of(arguments[0]);
        Map<String, Integer> metrics = new ConcurrentSkipListMap<>();
        FolderPlatform platform = new FolderPlatform(folder) {
            @Override
            public void powerOff(VmId vm, Duration grace, CallContext call) {
                System.out.println("powering off " + vm);
                if (Files.exists(folder.resolve("hold"))) {
                    awaitForever();
                }
                super.powerOff(vm, grace, call);
            }
        };
        SimpleMeterRegistry registry = new SimpleMeterRegistry();
        HaMetrics meters = HaMetrics.builder(registry).build();
        ManagementCenter center = ManagementCenter.builder()
                .adapter(meters.timed(platform))
                .trafficDirector(new FolderRoutes(folder))
                .inventory(platform.discover(CallContext.within(Duration.ofSeconds(10))))
                .journal(meters.timed(DurablePlanJournal.in(folder.resolve("journal"))))
                .listener(event -> {
                    meters.onEvent(event);
                    counted(event, metrics);
                    System.out.println("meters " + counters(registry));
                })
                .build();
        meters.watch(center);
        if (arguments.length > 1) {
            center.submit(FaultReport.ofVm(
                    VmId.of(arguments[1]), FaultKind.FILESYSTEM_READ_ONLY, Instant.now(), "monitor:" + arguments[1], 1));
        }
        awaitForever();
    }

    private static void counted(HaEvent event, Map<String, Integer> metrics) {
        metrics.merge(event.getClass().getSimpleName(), 1, Integer::sum);
        System.out.println("metrics " + metrics);
    }

    /** Each counter with its tags, as a monitoring system sees it. */
    private static Map<String, Double> counters(MeterRegistry registry) {
        Map<String, Double> counts = new TreeMap<>();
        for (Meter meter : registry.getMeters()) {
            if (meter instanceof Counter counter) {
                counts.put(meter.getId().getName() + meter.getId().getTags(), counter.count());
            }
        }
        return counts;
    }

    private static void awaitForever() {
        try {
            new CountDownLatch(1).await();
        } catch (InterruptedException stop) {
            Thread.currentThread().interrupt();
        }
    }
}
