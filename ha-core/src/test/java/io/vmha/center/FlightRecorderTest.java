package io.vmha.center;

import static org.assertj.core.api.Assertions.assertThat;

import io.vmha.Fixtures;
import io.vmha.center.config.CenterConfig;
import io.vmha.center.config.StormGuard;
import io.vmha.center.event.ActionRecord;
import io.vmha.center.event.DecisionOutcome;
import io.vmha.fault.FaultKind;
import io.vmha.fault.FaultReport;
import io.vmha.sim.SimulatedDatacenter;
import io.vmha.sim.VirtualTime;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.OptionalLong;
import java.util.concurrent.CompletionStage;
import jdk.jfr.Recording;
import jdk.jfr.consumer.RecordedEvent;
import jdk.jfr.consumer.RecordingFile;
import org.assertj.core.groups.Tuple;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a recording holds of a center is read as anybody reads one: from the file. */
class FlightRecorderTest {
    private final SimulatedDatacenter datacenter = new SimulatedDatacenter(Fixtures.referenceEmbodiment());
    private final VirtualTime time = new VirtualTime(Instant.EPOCH, Duration.ofSeconds(1));
    private OptionalLong epoch = OptionalLong.of(1);

    @TempDir
    Path folder;

    @Test
    void aReportItsDecisionItsActionsAndItsPlanAreEventsWithFields() throws IOException {
        FaultReport report = Fixtures.readOnly("db3");
        DecisionOutcome[] outcome = new DecisionOutcome[1];
        List<RecordedEvent> recorded = recorded(CenterConfig.defaults(), center -> {
            CompletionStage<DecisionOutcome> asked = center.submit(report);
            time.runToEnd();
            outcome[0] = asked.toCompletableFuture().join();
        });

        RecordedEvent reported = only(recorded, "io.vmha.Report");
        assertThat(reported.getString("kind")).isEqualTo("FILESYSTEM_READ_ONLY");
        assertThat(reported.getString("subject")).isEqualTo("db3");
        assertThat(reported.getString("source")).isEqualTo(report.source());
        assertThat(reported.getInstant("observedAt")).isEqualTo(report.observedAt());
        RecordedEvent decided = only(recorded, "io.vmha.Decision");
        assertThat(decided.getString("outcome")).isEqualTo("REDIRECTED");
        assertThat(decided.getString("reason"))
                .isEqualTo(outcome[0].decision().parts().get(0).reason().name());
        assertThat(decided.getString("trigger")).isEqualTo("FILESYSTEM_READ_ONLY");
        assertThat(decided.getLong("plan")).isEqualTo(outcome[0].plan().id().value());
        assertThat(named(recorded, "io.vmha.Action"))
                .extracting(
                        event -> event.getInt("step"),
                        event -> event.getString("kind"),
                        event -> event.getString("vm"),
                        event -> event.getInt("attempt"),
                        event -> event.getString("result"))
                .containsExactlyElementsOf(outcome[0].actions().stream()
                        .map(FlightRecorderTest::fields)
                        .toList());
        assertThat(named(recorded, "io.vmha.Action"))
                .filteredOn(event -> event.getString("kind").equals("POWER_OFF"))
                .allSatisfy(event -> {
                    assertThat(event.getString("host")).isEqualTo("h2");
                    assertThat(event.getDuration("took")).isGreaterThanOrEqualTo(Duration.ofSeconds(1));
                });
        RecordedEvent ended = only(recorded, "io.vmha.Plan");
        assertThat(ended.getString("state")).isEqualTo("CARRIED_OUT");
    }

    private static Tuple fields(ActionRecord record) {
        return Tuple.tuple(
                record.step(),
                record.action().kind().name(),
                record.action().vm().orElseThrow().value(),
                record.attempt(),
                record.result().name());
    }

    @Test
    void aStormGuardThatOpensAndWhatItHoldsAreEvents() throws IOException {
        CenterConfig cautious = CenterConfig.builder()
                .stormGuard(new StormGuard(0.1, Duration.ofMinutes(1)))
                .build();
        FaultReport gone = Fixtures.hostFault("h1", FaultKind.HOST_UNREACHABLE);
        List<RecordedEvent> recorded = recorded(cautious, center -> {
            datacenter.inject(gone);
            var unused = center.submit(gone);
            time.advanceTo(Instant.EPOCH.plusSeconds(20));
        });

        assertThat(only(recorded, "io.vmha.CenterState").getString("what")).isEqualTo("STORM_GUARD");
        assertThat(only(recorded, "io.vmha.CenterState").getBoolean("isWell")).isFalse();
        assertThat(named(recorded, "io.vmha.Plan"))
                .filteredOn(event -> event.getString("state").equals("HELD"))
                .isNotEmpty()
                .allSatisfy(event -> assertThat(event.getString("reason")).isEqualTo("STORM_GUARD"));
    }

    @Test
    void aLostLeadershipIsAnEvent() throws IOException {
        List<RecordedEvent> recorded = recorded(CenterConfig.defaults(), center -> {
            epoch = OptionalLong.empty();
            var unused = center.submit(Fixtures.readOnly("mw1"));
            time.runToEnd();
        });

        assertThat(only(recorded, "io.vmha.CenterState").getString("what")).isEqualTo("LEADERSHIP");
    }

    private interface Story {
        void of(ManagementCenter center);
    }

    private List<RecordedEvent> recorded(CenterConfig config, Story story) throws IOException {
        Path file = folder.resolve("center.jfr");
        try (Recording recording = new Recording()) {
            recording.start();
            try (ManagementCenter center = ManagementCenter.builder()
                    .adapter(datacenter.hypervisor())
                    .trafficDirector(datacenter.trafficDirector())
                    .databaseCluster(datacenter.databaseCluster(), Duration.ofSeconds(1))
                    .inventory(Fixtures.referenceEmbodiment())
                    .leadership(() -> epoch)
                    .config(config)
                    .scheduler(time)
                    .build()) {
                story.of(center);
            }
            recording.stop();
            recording.dump(file);
        }
        return RecordingFile.readAllEvents(file).stream()
                .filter(event -> event.getEventType().getName().startsWith("io.vmha."))
                // In virtual time all is done by this thread; another test's center may not have ended yet.
                .filter(event -> event.getThread() != null
                        && event.getThread().getJavaThreadId()
                                == Thread.currentThread().getId())
                .sorted(Comparator.comparing(RecordedEvent::getStartTime))
                .toList();
    }

    private static List<RecordedEvent> named(List<RecordedEvent> recorded, String name) {
        return recorded.stream()
                .filter(event -> event.getEventType().getName().equals(name))
                .toList();
    }

    private static RecordedEvent only(List<RecordedEvent> recorded, String name) {
        assertThat(named(recorded, name)).hasSize(1);
        return named(recorded, name).get(0);
    }
}
