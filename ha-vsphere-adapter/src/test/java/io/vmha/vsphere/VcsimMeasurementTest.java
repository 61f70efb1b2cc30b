package io.vmha.vsphere;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.vmha.adapter.CallContext;
import io.vmha.adapter.VmClassifier;
import io.vmha.model.PowerState;
import io.vmha.model.VirtualMachine;
import io.vmha.model.VmId;
import io.vmha.model.VmType;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Figures on VMware's API simulator, beside its own client; printed, and held against their limits. */
@Tag("slow")
@Tag("lab")
class VcsimMeasurementTest {
    private static final String[] SAME_PROPERTIES = {
        "name",
        "runtime.powerState",
        "runtime.connectionState",
        "runtime.host",
        "summary.config.numCpu",
        "summary.config.memorySizeMB",
        "summary.config.template",
        "summary.quickStats.overallCpuUsage",
        "guestHeartbeatStatus",
        "overallStatus",
        "customValue"
    };

    @Test
    void tenThousandMachinesAreDiscoveredAboutAsFastAsTheVendorsClientReadsThem() {
        Map<String, String> settings =
                Map.of("TOPOLOGY", "flat", "FLAT_ARGS", "-cluster 10 -host 10 -standalone-host 0 -vm 1000");
        try (Vcsim vcsim = Vcsim.with(settings);
                VsphereAdapter adapter = vcsim.adapter()
                        .classifyBy(VmClassifier.everyVmIs(VmType.MIDDLEWARE))
                        .build()) {
            List<Long> ours = new ArrayList<>();
            List<Long> theirs = new ArrayList<>();
            long requests = 0;
            for (int round = 0; round < 5; round++) {
                long before = adapter.requests();
                ours.add(millis(() -> assertThat(adapter.discover(call()).vms()).hasSize(10_000)));
                requests = Math.max(requests, adapter.requests() - before);
                long start = millis(() -> vcsim.govc("about"));
                theirs.add(millis(() -> vcsim.govc(collect())) - start);
            }
            System.out.printf("discovery ms %s, govc less its start ms %s, requests %d%n", ours, theirs, requests);
            assertThat(requests).isLessThanOrEqualTo(12);
            assertThat((double) median(ours)).isLessThanOrEqualTo(1.2 * median(theirs));
        }
    }

    private static String[] collect() {
        List<String> command = new ArrayList<>(List.of("object.collect", "-s", "-type", "m", "/"));
        command.addAll(List.of(SAME_PROPERTIES));
        return command.toArray(String[]::new);
    }

    @Test
    void aPowerChangeIsSeenByAnUpdateWithinHalfASecond() {
        VmId vm = VmId.of("primary-h1-vm1");
        try (Vcsim vcsim = Vcsim.small();
                VsphereAdapter adapter = vcsim.adapter().build();
                VsphereFaultSource source = adapter.watch(InstantSource.system(), report -> {})) {
            await().until(() -> source.inventory().vm(vm).isPresent());
            List<Long> delays = new ArrayList<>();
            for (int round = 0; round < 10; round++) {
                PowerState wanted = round % 2 == 0 ? PowerState.OFF : PowerState.ON;
                VirtualMachine machine = source.inventory().requireVm(vm);
                if (wanted == PowerState.OFF) {
                    adapter.powerOff(vm, Duration.ZERO, call());
                } else {
                    adapter.powerOn(vm, machine.host(), call());
                }
                delays.add(millis(() -> await().pollInterval(Duration.ofMillis(5))
                        .until(() -> source.inventory().requireVm(vm).power() == wanted)));
            }
            System.out.printf("update after a power change, ms %s%n", delays);
            assertThat(Collections.max(delays)).isLessThanOrEqualTo(500);
        }
    }

    @Test
    void memoryIsFlatAfterAThousandDiscoveries() {
        try (Vcsim vcsim = Vcsim.small();
                VsphereAdapter adapter = vcsim.adapter().build()) {
            long early = usedAfter(adapter, 200);
            long late = usedAfter(adapter, 1_000);
            System.out.printf("heap after 200 discoveries %d KiB, after 1,200 %d KiB%n", early / 1024, late / 1024);
            assertThat(late - early).isLessThan(1L << 20);
        }
    }

    private static long usedAfter(VsphereAdapter adapter, int discoveries) {
        for (int i = 0; i < discoveries; i++) {
            var unused = adapter.discover(call());
        }
        Runtime runtime = Runtime.getRuntime();
        for (int i = 0; i < 3; i++) {
            System.gc();
        }
        return runtime.totalMemory() - runtime.freeMemory();
    }

    private static long millis(Runnable action) {
        long begun = System.nanoTime();
        action.run();
        return Duration.ofNanos(System.nanoTime() - begun).toMillis();
    }

    private static long median(List<Long> values) {
        return values.stream().sorted().toList().get(values.size() / 2);
    }

    private static CallContext call() {
        return CallContext.within(Duration.ofSeconds(60));
    }
}
