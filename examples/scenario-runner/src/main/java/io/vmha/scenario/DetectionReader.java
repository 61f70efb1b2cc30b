package io.vmha.scenario;

import com.google.common.collect.ImmutableSet;
import io.vmha.detection.DetectionConfig;
import io.vmha.detection.SilenceLimit;
import java.time.Duration;
import java.util.Map;

/** Reads from when on silence is a failure. Stateless. */
final class DetectionReader {
    /** How often whoever is alive sends a heartbeat. */
    static final Duration INTERVAL = Duration.ofSeconds(1);
    /** How long a run with heartbeats may be: each second costs a heartbeat of every VM and host. */
    static final Duration LONGEST_RUN = Duration.ofDays(7);

    private DetectionReader() {}

    static DetectionConfig read(YamlValue detection) {
        Map<String, YamlValue> keys = detection.mapping(ImmutableSet.of("silentAfterSeconds"));
        YamlValue silentAfter = detection.required(keys, "silentAfterSeconds");
        Duration timeout = silentAfter.seconds();
        if (timeout.compareTo(INTERVAL) <= 0 || timeout.compareTo(LONGEST_RUN) > 0) {
            throw silentAfter.error(
                    "must be more than " + INTERVAL.toSeconds() + ", the seconds between heartbeats, and" + " at most "
                            + LONGEST_RUN.toSeconds() + ": " + silentAfter.text());
        }
        SilenceLimit limit = new SilenceLimit.Deadline(INTERVAL, timeout);
        Duration usualPause = DetectionConfig.defaults().ownPause();
        return detection.checked(value -> DetectionConfig.builder()
                .vmLimit(limit)
                .hostLimit(limit)
                .ownPause(limit.slack().compareTo(usualPause) < 0 ? limit.slack() : usualPause)
                .expectsEveryVm(true)
                .expectsEveryHost(true)
                .build());
    }
}
