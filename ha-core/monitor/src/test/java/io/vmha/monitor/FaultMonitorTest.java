package io.vmha.monitor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.awaitility.Awaitility.await;

import io.vmha.monitor.report.FaultReporter;
import io.vmha.monitor.report.GuestFault;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.junit.jupiter.api.Test;

class FaultMonitorTest {
    private static final ProbeResult READ_ONLY =
            ProbeResult.failed(GuestFault.FILESYSTEM_READ_ONLY, "/data is read-only");
    private static final ProbeResult FINE = ProbeResult.healthy("fine");

    private final VirtualMonitorTime time = new VirtualMonitorTime();
    private final List<String> effects = new ArrayList<>();
    private final List<MonitorEvent> events = new ArrayList<>();
    private CompletableFuture<Boolean> answer = new CompletableFuture<>();
    private ProbeResult found = FINE;

    private final FaultReporter center = new FaultReporter() {
        @Override
        public CompletionStage<Boolean> report(GuestFault kind, String detail, Instant observedAt) {
            effects.add("report " + kind + " at " + observedAt.toEpochMilli());
            return answer;
        }

        @Override
        public CompletionStage<Boolean> advise(GuestFault kind, String detail, Instant observedAt) {
            effects.add("advise " + kind + " at " + observedAt.toEpochMilli());
            return answer;
        }

        @Override
        public void heartbeat() {
            effects.add("heartbeat at " + time.now().toEpochMilli());
        }
    };

    private FaultMonitor.Builder monitor() {
        return FaultMonitor.builder()
                .scheduler(time)
                .anyNumberOfIsolations()
                .reporter(center)
                .listener(events::add)
                .isolation(fault -> effects.add("isolate at " + time.now().toEpochMilli()));
    }

    private Watch.Builder watch() {
        return Watch.builder().name("disk").probe(() -> found);
    }

    private static Duration ms(long millis) {
        return Duration.ofMillis(millis);
    }

    @Test
    void aFaultIsReportedAndThenTheMachineIsolatedWhenACenterConfirms() {
        monitor().watch(watch().threshold(1).build()).build().start();
        time.pass(ms(2500));
        assertThat(effects).isEmpty();
        found = READ_ONLY;
        time.pass(ms(500));
        assertThat(effects).containsExactly("report FILESYSTEM_READ_ONLY at 3000");
        time.pass(ms(100));
        answer.complete(true);
        time.pass(ms(1));
        assertThat(effects).containsExactly("report FILESYSTEM_READ_ONLY at 3000", "isolate at 3100");
        time.pass(ms(60_000));
        assertThat(effects).hasSize(2);
    }

    @Test
    void isolationWaitsForASilentCenterNoLongerThanItMay() {
        monitor()
                .watch(watch().threshold(1).build())
                .reportWait(ms(700))
                .build()
                .start();
        found = READ_ONLY;
        time.pass(ms(10_000));
        assertThat(effects).containsExactly("report FILESYSTEM_READ_ONLY at 0", "isolate at 700");
    }

    @Test
    void aReporterThatFailsDelaysIsolationByNothing() {
        answer = CompletableFuture.failedFuture(new IOException("no route"));
        monitor().watch(watch().threshold(1).build()).build().start();
        found = READ_ONLY;
        time.pass(ms(10));
        assertThat(effects).containsExactly("report FILESYSTEM_READ_ONLY at 0", "isolate at 0");
        assertThat(events).anyMatch(event -> event instanceof MonitorEvent.Reported reported && !reported.confirmed());
    }

    @Test
    void poweringOffFirstReportsOnceIsolationHasEnded() {
        monitor()
                .watch(watch().threshold(1).build())
                .order(IsolationOrder.POWER_OFF_FIRST)
                .build()
                .start();
        found = READ_ONLY;
        time.pass(ms(10_000));
        assertThat(effects).containsExactly("isolate at 0", "report FILESYSTEM_READ_ONLY at 0");
    }

    @Test
    void bothAtOnceWaitsForNeither() {
        monitor()
                .watch(watch().threshold(1).build())
                .order(IsolationOrder.BOTH)
                .build()
                .start();
        found = READ_ONLY;
        time.pass(ms(10_000));
        assertThat(effects).containsExactlyInAnyOrder("report FILESYSTEM_READ_ONLY at 0", "isolate at 0");
    }

    @Test
    void failuresCountOnlyOnEnd() {
        monitor().watch(watch().threshold(3).build()).build().start();
        found = READ_ONLY;
        time.pass(ms(1500));
        found = FINE;
        time.pass(ms(1000));
        found = READ_ONLY;
        time.pass(ms(2000));
        assertThat(effects).isEmpty();
        time.pass(ms(1000));
        assertThat(effects).containsExactly("report FILESYSTEM_READ_ONLY at 5000");
    }

    @Test
    void aProbeThatReturnsNullCouldNotLookWhichEndsNoFault() {
        monitor()
                .watch(Watch.builder()
                        .name("service")
                        .probe(() ->
                                Optional.of(found).filter(READ_ONLY::equals).orElse(null))
                        .threshold(2)
                        .build())
                .build()
                .start();
        found = READ_ONLY;
        time.pass(ms(10));
        found = FINE;
        time.pass(ms(500));
        found = READ_ONLY;
        time.pass(ms(500));
        assertThat(effects).containsExactly("report FILESYSTEM_READ_ONLY at 1000");
    }

    @Test
    void aProbeThatThrowsCouldNotLookWhichIsNoFault() {
        monitor()
                .watch(Watch.builder()
                        .name("service")
                        .probe(() -> {
                            throw new IOException("refused");
                        })
                        .threshold(1)
                        .kindOfSilence(GuestFault.SERVICE_DOWN)
                        .build())
                .build()
                .start();
        time.pass(ms(5000));
        assertThat(effects).isEmpty();
        assertThat(events)
                .hasSize(6)
                .allMatch(event ->
                        event instanceof MonitorEvent.Probed probed && probed.result() instanceof ProbeResult.Unknown);
    }

    @Test
    void aLookThatWasNoneNeitherCountsNorForgets() {
        monitor().watch(watch().threshold(3).build()).build().start();
        found = READ_ONLY;
        time.pass(ms(1500));
        found = ProbeResult.unknown("no memory");
        time.pass(ms(10_000));
        assertThat(effects).isEmpty();
        found = READ_ONLY;
        time.pass(ms(1000));
        assertThat(effects).containsExactly("report FILESYSTEM_READ_ONLY at 12000");
        found = ProbeResult.unknown("no memory");
        time.pass(ms(3000));
        assertThat(events).noneMatch(MonitorEvent.Recovered.class::isInstance);
    }

    @Test
    void aProbeThatCanTellWhyItIsSilentIsAsked() {
        SilenceReader slow = new SilenceReader() {
            @Override
            public ProbeResult check() {
                return FINE;
            }

            @Override
            public ProbeResult silence(Duration soFar) {
                return soFar.toMillis() < 5000 ? ProbeResult.unknown("frozen") : READ_ONLY;
            }
        };
        monitor().watch(watch().probe(slow).threshold(1).build()).build().start();
        time.hangOnce();
        time.pass(ms(4500));
        assertThat(effects).isEmpty();
        time.pass(ms(1000));
        assertThat(effects).containsExactly("report FILESYSTEM_READ_ONLY at 5000");
    }

    @Test
    void aMonitorThatWasHeldUpItselfTrustsNoSilence() {
        monitor().watch(watch().threshold(1).deadline(ms(200)).build()).build().start();
        time.pass(ms(500));
        time.hangOnce();
        time.pass(ms(600));
        time.sleep(ms(30_000));
        time.pass(ms(900));
        assertThat(effects).isEmpty();
        assertThat(events)
                .anyMatch(event -> event instanceof MonitorEvent.Probed probed
                        && probed.result().detail().contains("held up"));
        time.pass(ms(3000));
        assertThat(effects).isNotEmpty();
    }

    @Test
    void afterABootThereIsAGraceOfAMinuteThoughNobodyAsksForOne() {
        for (Optional<Duration> up : List.of(Optional.of(ms(10_000)), Optional.<Duration>empty())) {
            VirtualMonitorTime booted = new VirtualMonitorTime();
            booted.up(up);
            effects.clear();
            FaultMonitor monitor = monitor()
                    .scheduler(booted)
                    .isolation(fault -> effects.add("isolate"))
                    .watch(watch().threshold(1).build())
                    .build();
            monitor.start();
            found = READ_ONLY;
            booted.pass(ms(49_500));
            assertThat(effects).isEmpty();
            booted.pass(ms(20_500));
            assertThat(effects).isNotEmpty();
        }
    }

    @Test
    void whereTheVmHasBeenUpForLongThereIsNoGrace() {
        monitor().watch(watch().threshold(1).build()).build().start();
        found = READ_ONLY;
        time.pass(ms(1));
        assertThat(effects).containsExactly("report FILESYSTEM_READ_ONLY at 0");
    }

    @Test
    void inTheGraceAfterAStartNothingBecomesAFault() {
        time.up(Optional.of(ms(5_000)));
        monitor()
                .watch(watch().threshold(3).build())
                .bootGrace(ms(65_000))
                .build()
                .start();
        found = READ_ONLY;
        time.pass(ms(50_000));
        found = FINE;
        time.pass(ms(1000));
        assertThat(events).noneMatch(MonitorEvent.FaultFound.class::isInstance);
        found = READ_ONLY;
        time.pass(ms(8500));
        assertThat(effects).isEmpty();
        time.pass(ms(1000));
        assertThat(effects).containsExactly("report FILESYSTEM_READ_ONLY at 60000");
    }

    @Test
    void aKindThatIsToldOnlyIsolatesNothingAndTheNextKindDoes() {
        monitor()
                .watch(watch().threshold(1)
                        .toldOnly(List.of(GuestFault.DISK_FULL))
                        .build())
                .order(IsolationOrder.BOTH)
                .build()
                .start();
        found = ProbeResult.failed(GuestFault.DISK_FULL, "full");
        time.pass(ms(5500));
        assertThat(effects).containsExactly("advise DISK_FULL at 0");
        effects.clear();
        found = READ_ONLY;
        time.pass(ms(3000));
        assertThat(effects).containsExactlyInAnyOrder("report FILESYSTEM_READ_ONLY at 6000", "isolate at 6000");
    }

    @Test
    void aClockThatIsSetNeitherEndsTheGraceNorMakesASilenceLonger() {
        List<Duration> silences = new ArrayList<>();
        SilenceReader slow = new SilenceReader() {
            @Override
            public ProbeResult check() {
                return READ_ONLY;
            }

            @Override
            public ProbeResult silence(Duration soFar) {
                silences.add(soFar);
                return ProbeResult.unknown("slow");
            }
        };
        time.up(Optional.of(Duration.ZERO));
        monitor()
                .watch(watch().probe(slow).threshold(1).build())
                .bootGrace(ms(60_000))
                .build()
                .start();
        time.pass(ms(500));
        time.hangOnce();
        time.pass(ms(2000));
        time.sleep(Duration.ofHours(3));
        time.pass(ms(4500));
        assertThat(silences)
                .allMatch(silence -> silence.compareTo(ms(7000)) < 0)
                .hasSizeGreaterThan(3);
        time.release();
        time.pass(ms(50_000));
        assertThat(effects).isEmpty();
        time.pass(ms(10_000));
        assertThat(effects).isNotEmpty();
    }

    @Test
    void anErrorOfTheMonitorItselfPowersNothingOff() {
        monitor()
                .watch(Watch.builder()
                        .name("greedy")
                        .probe(() -> {
                            throw new OutOfMemoryError("heap");
                        })
                        .threshold(1)
                        .build())
                .build()
                .start();
        time.pass(ms(5000));
        assertThat(effects).isEmpty();
        assertThat(events).hasSize(6).allMatch(MonitorEvent.ProbeBroke.class::isInstance);
    }

    @Test
    void aHungProbeFailsAtItsDeadlineAndKeepsOneThreadOnly() {
        monitor().watch(watch().threshold(3).deadline(ms(200)).build()).build().start();
        time.pass(ms(500));
        time.hang();
        time.pass(ms(500 + 199));
        assertThat(events).noneMatch(FaultMonitorTest::isFailure);
        time.pass(ms(1));
        assertThat(events).filteredOn(FaultMonitorTest::isFailure).hasSize(1);
        time.pass(ms(10_000));
        // The probe, its interruption, the report and the isolation: ten intervals have started no further look.
        assertThat(time.hangingCalls()).isEqualTo(4);
        assertThat(events).anyMatch(MonitorEvent.FaultFound.class::isInstance);
        time.release();
        time.pass(ms(1));
        assertThat(time.interrupts()).isEqualTo(1);
    }

    @Test
    void aHungProbeThatReturnsIsCalledAgainAndRecovers() {
        monitor()
                .watch(watch().threshold(1)
                        .deadline(ms(200))
                        .reaction(Reaction.REPORT_ONLY)
                        .build())
                .build()
                .start();
        time.hang();
        time.pass(ms(2500));
        time.release();
        time.pass(ms(1000));
        assertThat(events).anyMatch(new MonitorEvent.Recovered("disk")::equals);
    }

    @Test
    void anotherProbeGoesOnWhileOneHangs() {
        List<Instant> looks = new ArrayList<>();
        try (FaultMonitor monitor = FaultMonitor.builder()
                .anyNumberOfIsolations()
                .isolation(fault -> {})
                .watch(watch().probe(() -> hangForEver())
                        .deadline(ms(20))
                        .reaction(Reaction.REPORT_ONLY)
                        .build())
                .watch(Watch.builder()
                        .name("alive")
                        .interval(ms(10))
                        .probe(() -> {
                            synchronized (looks) {
                                looks.add(Instant.now());
                                looks.notifyAll();
                            }
                            return FINE;
                        })
                        .build())
                .build()) {
            monitor.start();
            awaitSize(looks, 20);
        }
    }

    @SuppressWarnings("InfiniteLoopStatement")
    private static ProbeResult hangForEver() {
        Object never = new Object();
        while (true) {
            synchronized (never) {
                try {
                    never.wait();
                } catch (InterruptedException ignoredAsADiskDoes) {
                    Thread.onSpinWait();
                }
            }
        }
    }

    private static void awaitSize(List<?> list, int size) {
        await().untilAsserted(() -> {
            synchronized (list) {
                assertThat(list).hasSizeGreaterThanOrEqualTo(size);
            }
        });
    }

    @Test
    void whatIsOnlyToBeToldIsNoReportOfAFaultButAnAdvisory() {
        monitor()
                .watch(watch().threshold(1).reaction(Reaction.REPORT_ONLY).build())
                .build()
                .start();
        found = ProbeResult.warning("2 ext4 errors");
        time.pass(ms(3000));
        found = READ_ONLY;
        answer.complete(true);
        time.pass(ms(20_000));
        assertThat(effects).containsExactly("advise FILESYSTEM_READ_ONLY at 4000");
        assertThat(events).filteredOn(MonitorEvent.Reported.class::isInstance).hasSize(1);
        assertThat(events)
                .filteredOn(MonitorEvent.FaultFound.class::isInstance)
                .hasSize(1)
                .allMatch(event -> ((MonitorEvent.FaultFound) event).reaction() == Reaction.REPORT_ONLY);
    }

    @Test
    void anIsolationThatFailsIsTriedAgainWhileTheFaultLasts() {
        List<String> attempts = new ArrayList<>();
        monitor()
                .watch(watch().threshold(1).build())
                .order(IsolationOrder.BOTH)
                .isolation(fault -> {
                    attempts.add("at " + time.now().toEpochMilli());
                    if (attempts.size() < 3) {
                        throw new IOException("still here");
                    }
                })
                .build()
                .start();
        found = READ_ONLY;
        time.pass(ms(10_000));
        assertThat(attempts).containsExactly("at 0", "at 1000", "at 2000");
    }

    @Test
    void aDryRunSaysWhatItWouldDoAndDoesNothing() {
        List<String> said = new ArrayList<>();
        PowerOff real = new PowerOff(List.of(step("pull the plug", () -> effects.add("off"))), ms(10));
        monitor()
                .watch(watch().threshold(1).build())
                .order(IsolationOrder.BOTH)
                .isolation(Isolation.dryRun(real, said::add))
                .build()
                .start();
        found = READ_ONLY;
        time.pass(ms(10));
        assertThat(said)
                .containsExactly(
                        "dry run, because of FILESYSTEM_READ_ONLY (disk: /data is read-only) would: pull the plug");
        assertThat(effects).containsExactly("report FILESYSTEM_READ_ONLY at 0");
    }

    @Test
    void heartbeatsGoOutAtTheirIntervalAlsoWhileAProbeHangs() {
        monitor().watch(watch().build()).heartbeat(ms(400)).build().start();
        time.pass(ms(1000));
        assertThat(effects).containsExactly("heartbeat at 0", "heartbeat at 400", "heartbeat at 800");
    }

    @Test
    void aListenerThatThrowsStopsNothing() {
        monitor()
                .watch(watch().threshold(1).build())
                .order(IsolationOrder.BOTH)
                .listener(event -> {
                    throw new IllegalStateException("listener");
                })
                .build()
                .start();
        found = READ_ONLY;
        time.pass(ms(10));
        assertThat(effects).contains("isolate at 0");
    }

    @Test
    void aListenerThatRunsOutOfMemoryStopsNothing() {
        monitor()
                .watch(watch().threshold(1).build())
                .order(IsolationOrder.BOTH)
                .listener(event -> {
                    throw new OutOfMemoryError("listener");
                })
                .build()
                .start();
        found = READ_ONLY;
        time.pass(ms(10));
        assertThat(effects).contains("isolate at 0");
    }

    @Test
    void powerOffTriesTheNextStepWhenOneFailsOrHasNoEffect() {
        PowerOff powerOff = new PowerOff(
                List.of(
                        step("broken", () -> {
                            throw new IOException("no such program");
                        }),
                        step("hung", FaultMonitorTest::hangForEver),
                        step("without effect", () -> effects.add("trigger"))),
                ms(30));
        FoundFault fault = new FoundFault("disk", GuestFault.IO_ERROR, "gone", Instant.EPOCH);
        assertThatIllegalStateException()
                .isThrownBy(() -> powerOff.isolate(fault))
                .withMessageContaining("broken: java.io.IOException: no such program")
                .withMessageContaining("hung: not done in 30 ms")
                .withMessageContaining("without effect: without effect in 30 ms");
        assertThat(effects).containsExactly("trigger");
    }

    private interface Body {
        void run() throws Exception;
    }

    private static PowerOffStep step(String name, Body body) {
        return new PowerOffStep() {
            @Override
            public void powerOff() throws Exception {
                body.run();
            }

            @Override
            public String describe() {
                return name;
            }
        };
    }

    @Test
    void badSettingsAreRefusedByName() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> watch().interval(Duration.ZERO).build())
                .withMessageContaining("interval of disk must be more than 0");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> watch().threshold(0).build())
                .withMessageContaining("threshold of disk");
        assertThatIllegalArgumentException()
                .isThrownBy(() ->
                        monitor().watch(watch().build()).watch(watch().build()).build())
                .withMessageContaining("disk");
        assertThatIllegalStateException().isThrownBy(() -> monitor().build()).withMessageContaining("watch");
        assertThatIllegalStateException()
                .isThrownBy(() -> FaultMonitor.builder().watch(watch().build()).build())
                .withMessageContaining("isolation");
    }

    private static boolean isFailure(MonitorEvent event) {
        return event instanceof MonitorEvent.Probed probed && probed.result() instanceof ProbeResult.Failed;
    }
}
