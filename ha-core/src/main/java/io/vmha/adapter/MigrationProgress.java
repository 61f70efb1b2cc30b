package io.vmha.adapter;

import static com.google.common.base.Preconditions.checkArgument;

import io.vmha.model.HostId;
import io.vmha.model.VmId;
import java.time.Duration;
import java.util.Optional;

/**
 * How far a live migration is. Immutable.
 *
 * @param vm the VM that moves
 * @param source the host that it leaves; empty where the platform does not tell
 * @param target the host that it goes to
 * @param elapsed the time since the migration began, 0 or more
 * @param done the part that is done, from 0 to 1; it may fall while the guest writes faster than its memory is copied
 */
public record MigrationProgress(VmId vm, Optional<HostId> source, HostId target, Duration elapsed, double done) {

    /**
     * Checks the numbers.
     *
     * @throws IllegalArgumentException if {@code elapsed} is negative, or {@code done} is not from 0 to 1
     */
    public MigrationProgress {
        checkArgument(!elapsed.isNegative(), "elapsed must be 0 or more: %s", elapsed);
        checkArgument(done >= 0 && done <= 1, "done must be from 0 to 1: %s", done);
    }
}
