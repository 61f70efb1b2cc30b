package io.vmha.scenario;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.entry;

import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

class TimelineTest {

    @Test
    void eventsOfOneInstantStandTogetherInTheirOrder() {
        List<ScenarioEvent> events = ScenarioFiles.read("""
                        events:
                          - {at: 0, hostDown: {host: h1}}
                          - {at: 5, hostDown: {host: h2}}
                          - {at: 5.0, hostUp: {host: h2}}
                          - {at: 6, hostUp: {host: h1}}
                        """).events();

        Timeline timeline = Timeline.of(events);

        assertThat(timeline.events())
                .containsExactly(
                        entry(Duration.ZERO, events.subList(0, 1)),
                        entry(Duration.ofSeconds(5), events.subList(1, 3)),
                        entry(Duration.ofSeconds(6), events.subList(3, 4)));
        assertThat(timeline.kept()).isEmpty();
    }

    @Test
    void aSnapshotIsKeptOfEachMomentThatALaterEventAsksFor() {
        Timeline timeline = Timeline.of(ScenarioFiles.read("""
                        events:
                          - {at: 3, hostDown: {host: h1}}
                          - {at: 5, resync: {asOf: 1}}
                          - {at: 6, resync: {asOf: 3}}
                          - {at: 7, resync: {asOf: 7}}
                          - {at: 8, resync: {}}
                        """).events());

        assertThat(timeline.kept()).containsExactlyInAnyOrder(Duration.ofSeconds(1), Duration.ofSeconds(3));
        assertThat(timeline.events().keySet().stream().map(Duration::toSeconds))
                .containsExactly(1L, 3L, 5L, 6L, 7L, 8L);
        assertThat(timeline.events().get(Duration.ofSeconds(1))).isEmpty();
    }
}
