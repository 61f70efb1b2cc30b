package io.vmha.center.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.google.common.collect.Sets;
import io.vmha.Fixtures;
import io.vmha.center.ManagementCenter;
import io.vmha.center.config.AutomationLevel;
import io.vmha.center.config.CenterConfig;
import io.vmha.center.event.HaEvent;
import io.vmha.detection.DetectionConfig;
import io.vmha.detection.Heartbeat;
import io.vmha.detection.SecondLook;
import io.vmha.fault.FaultKind;
import io.vmha.fault.FaultReport;
import io.vmha.fault.FaultSubject;
import io.vmha.model.Inventory;
import io.vmha.model.VmId;
import io.vmha.policy.HaPolicies;
import io.vmha.policy.SubjectDecision;
import io.vmha.sim.SimulatedDatacenter;
import io.vmha.sim.VirtualTime;
import java.lang.ref.WeakReference;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import org.junit.jupiter.api.Test;

/** What is remembered follows what is open, not what was ever said. */
class OpenMemoryTest {
    private static final int MILLION = 1_000_000;
    private static final VmId DB1 = VmId.of("db1");

    private final VirtualTime time = new VirtualTime();

    private static FaultReport report(String vm, String source) {
        return FaultReport.ofVm(VmId.of(vm), FaultKind.IO_ERROR, Instant.EPOCH, source, 1);
    }

    @Test
    void aMillionReportsOfUnknownVmsFromAsManySourcesLeaveNothingBehind() {
        ReportFilter filter = new ReportFilter(List.of());
        List<FaultReport> refused = new ArrayList<>();
        PendingDecisions pendings = new PendingDecisions();
        ReportIntake intake =
                new ReportIntake(time, Duration.ofSeconds(30), filter, pendings, new ReportIntake.Callbacks() {
                    @Override
                    public boolean isKnown(FaultSubject subject) {
                        return false;
                    }

                    @Override
                    public void handle(FaultReport report, PendingDecision pending) {
                        throw new IllegalStateException("not known");
                    }

                    @Override
                    public void ignore(FaultReport report, SubjectDecision.Ignored decision, PendingDecision pending) {
                        refused.add(report);
                        pending.fail(new IllegalStateException("unknown"));
                    }
                });
        int most = 0;
        for (int i = 0; i < MILLION; i++) {
            intake.submit(report("unknown" + i, "source" + i));
            if (i % 1_000 == 0) {
                time.advanceTo(time.now());
                most = Math.max(most, intake.size());
                refused.clear();
            }
        }
        assertThat(most).isLessThanOrEqualTo(2 * (ReportIntake.MOST_STRANGERS + 1_000));
        time.runToEnd();
        assertThat(intake.size()).isZero();
    }

    @Test
    void ofAMillionSourcesThatSpeakOfOneVmTheLatestAreRemembered() {
        ReportFilter filter = new ReportFilter(List.of());
        for (int i = 0; i < MILLION; i++) {
            assertThat(filter.claim(report("db1", "source" + i)).isEmpty()).isTrue();
        }
        assertThat(filter.size()).isEqualTo(ReportFilter.MOST_SOURCES);
        assertThat(filter.claim(report("db1", "source" + (MILLION - 1)))).isPresent();
    }

    @Test
    void heartbeatsThatNobodyTakesDoNotPileUp() {
        Inventory inventory = Fixtures.referenceEmbodiment();
        HeartbeatWatch watch = new HeartbeatWatch(
                time,
                DetectionConfig.defaults(),
                (vm, host, deadline) -> SecondLook.UNKNOWN,
                new HeartbeatWatch.Callbacks() {
                    @Override
                    public Inventory inventory() {
                        return inventory;
                    }

                    @Override
                    public boolean isActing() {
                        return true;
                    }

                    @Override
                    public void report(FaultReport report) {}

                    @Override
                    public void suspected(VmId vm, boolean isSuspect) {}

                    @Override
                    public void heard(VmId vm) {}

                    @Override
                    public void publish(HaEvent event) {}
                });
        for (int i = 0; i < MILLION; i++) {
            watch.heartbeat(Heartbeat.ofVm(VmId.of("vm" + i), 0, 1));
        }
        assertThat(watch.waiting()).isEqualTo(HeartbeatWatch.MOST_WAITING);
        time.advanceTo(time.now());
        assertThat(watch.waiting()).isZero();
        watch.heartbeat(Heartbeat.ofVm(DB1, 0, 1));
        assertThat(watch.waiting()).isEqualTo(1);
    }

    @Test
    void plansThatAreHeldKeepNoInventoryOfThePast() {
        Inventory.Builder builder = Inventory.builder();
        Fixtures.referenceEmbodiment().hosts().forEach(builder::add);
        Fixtures.referenceEmbodiment().vms().forEach(builder::add);
        int held = 100;
        for (int i = 0; i < held; i++) {
            builder.add(Fixtures.middleware("many" + i, "h" + (1 + i % 3)).build());
        }
        Inventory many = builder.build();
        SimulatedDatacenter datacenter = new SimulatedDatacenter(many);
        List<WeakReference<Inventory>> seen = new ArrayList<>();
        var policy = HaPolicies.withDefaults().failover();
        ManagementCenter center = ManagementCenter.builder()
                .adapter(datacenter.hypervisor())
                .trafficDirector(datacenter.trafficDirector())
                .inventory(many)
                .scheduler(time)
                .config(CenterConfig.builder()
                        .automation(AutomationLevel.MANUAL)
                        .build())
                .policies(HaPolicies.builder()
                        .failover((inventory, report) -> {
                            seen.add(new WeakReference<>(inventory));
                            return policy.decide(inventory, report);
                        })
                        .build())
                .build();
        for (int i = 0; i < held; i++) {
            center.submit(report("many" + i, "monitor:many" + i));
            time.advanceTo(time.now().plusSeconds(1));
        }
        CompletionStage<?> plans = center.plans();
        time.advanceTo(time.now());
        assertThat((List<?>) plans.toCompletableFuture().join()).hasSizeGreaterThanOrEqualTo(held);
        assertThat(seen).hasSizeGreaterThanOrEqualTo(held);
        await().atMost(Duration.ofMinutes(2)).untilAsserted(() -> {
            System.gc();
            Set<Inventory> kept = Sets.newIdentityHashSet();
            seen.stream().map(WeakReference::get).filter(Objects::nonNull).forEach(kept::add);
            assertThat(kept.size()).isLessThanOrEqualTo(10);
        });
    }
}
