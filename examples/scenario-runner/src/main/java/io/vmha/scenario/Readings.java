package io.vmha.scenario;

import io.vmha.center.ManagementCenter;
import io.vmha.model.Inventory;
import io.vmha.model.PlatformSnapshot;
import io.vmha.model.ReadingToken;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletionStage;

/** Readings of a scenario's platform, some of which reach the center late. Confined to the scenario's thread. */
final class Readings {

    /**
     * A reading, as whoever asked for it has it.
     *
     * @param by the center that issued the token; another one knows nothing of it
     */
    record Reading(ManagementCenter by, ReadingToken token, PlatformSnapshot snapshot) {

        CompletionStage<Inventory> tell() {
            return by.observe(token, snapshot);
        }
    }

    private final SimulatedWorld world;
    private final Map<Duration, Reading> kept = new HashMap<>();

    Readings(SimulatedWorld world) {
        this.world = world;
    }

    /** Reads the platform now: the token first, then what there is. */
    CompletionStage<Reading> read(ManagementCenter center) {
        return center.beginReading().thenApply(token -> new Reading(center, token, world.snapshot()));
    }

    /** Keeps the reading of this moment; one that a dead center was asked for never begins. */
    CompletionStage<Reading> keep(Duration moment, ManagementCenter center) {
        return read(center).whenComplete((reading, thrown) -> {
            if (thrown == null) {
                kept.put(moment, reading);
            }
        });
    }

    /** The reading of that moment, unless it was begun for a center that is not there any more. */
    Optional<Reading> kept(Duration moment, ManagementCenter center) {
        return Optional.ofNullable(kept.get(moment)).filter(reading -> reading.by() == center);
    }
}
