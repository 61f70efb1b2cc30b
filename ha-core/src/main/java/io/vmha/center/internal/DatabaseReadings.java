package io.vmha.center.internal;

import io.vmha.center.internal.state.CenterState;
import io.vmha.center.internal.state.VmRecord;
import io.vmha.model.MemberId;
import io.vmha.model.ReplicaSet;
import java.util.Optional;
import java.util.Set;

/**
 * Takes readings of replica sets, by whomever: whoever is served beside the writer then has a need, and whoever has to rejoin does.
 * Confined to the center's loop.
 */
public final class DatabaseReadings implements DatabaseWatch.Callbacks {
    private final CenterLoop center;
    private final CenterState state;
    private final Rejoins rejoins;
    private Optional<DatabaseWatch> watch = Optional.empty();

    DatabaseReadings(CenterLoop center, Rejoins rejoins) {
        this.center = center;
        this.state = center.state();
        this.rejoins = rejoins;
    }

    /** Sets what reads the replica sets. */
    public void from(DatabaseWatch reader) {
        watch = Optional.of(reader);
    }

    /** The sets have to be read. */
    void need() {
        watch.ifPresent(DatabaseWatch::need);
    }

    @Override
    public boolean isActing() {
        return center.life().isActing();
    }

    @Override
    public long beginsReading() {
        return state.beginReading();
    }

    @Override
    public void read(ReplicaSet reading, long begun) {
        center.run(() -> observed(reading, begun, begun));
    }

    /** An action read a set, after what readings had begun meanwhile: what was told since the action was sent may be later all the same. */
    void seen(ReplicaSet reading, long begun) {
        observed(reading, state.beginReading(), begun);
    }

    private void observed(ReplicaSet reading, long begun, long earliest) {
        Set<MemberId> before = state.databases().writers(reading.id());
        state.vmDatabases().observed(reading, begun, earliest, center.now());
        Set<MemberId> after = state.databases().writers(reading.id());
        if (!before.equals(after)) {
            // Whoever is served beside the writer now has a need.
            state.vmDatabases().vmsOf(reading.id()).stream()
                    .filter(vm -> Needs.isBesideWriter(vm, state))
                    .map(VmRecord::id)
                    .forEach(center.decisions()::wake);
        }
        rejoins.look(reading.id());
        center.executor().advanceRoom();
    }
}
