package io.vmha.center.internal.execution;

import io.vmha.model.VmId;
import java.util.Optional;
import java.util.function.Predicate;

/**
 * What a call needs to know that only the loop knows. Immutable, and safe from any thread.
 *
 * @param readsServer whether it must be read first where requests really go, since the VM that they leave may be writing
 * @param mayBeLeft whether requests may leave that VM
 * @param database the database that the action is about; empty where it is about none that is read
 */
record CallFacts(boolean readsServer, Predicate<VmId> mayBeLeft, Optional<DatabaseFacts> database) {
    /** Nothing has to be read first. */
    static final CallFacts NONE = new CallFacts(false, vm -> true, Optional.empty());
}
