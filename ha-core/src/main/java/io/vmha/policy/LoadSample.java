package io.vmha.policy;

import static com.google.common.base.Preconditions.checkArgument;

import io.vmha.model.Resources;
import io.vmha.model.VmId;
import java.util.Optional;

/**
 * How loaded a machine is.
 *
 * @param vm the machine
 * @param load its load as a fraction of its own allocation: 0 or more, 1 is full, finite
 * @param demand the whole allocation that it now needs; empty where only the load is known, and then the allocation is
 *     meant with which its load would be at the threshold
 */
public record LoadSample(VmId vm, double load, Optional<Resources> demand) {

    /**
     * Checks the load.
     *
     * @throws IllegalArgumentException if the load is negative, infinite or not a number
     */
    public LoadSample {
        checkArgument(
                Double.isFinite(load) && load >= 0, "load of %s must be a finite number, 0 or more: %s", vm, load);
    }
}
