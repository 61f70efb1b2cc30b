package io.vmha.testkit.broken;

import io.vmha.adapter.HypervisorAdapter;
import java.util.stream.Stream;

/** One way in which an adapter can be wrong. */
interface BrokenAdapter {

    /** Every way that the contract knows. */
    static Stream<BrokenAdapter> all() {
        return Stream.<BrokenAdapter[]>of(
                        Lie.values(), LieAboutOthers.values(), LieWhenItEnds.values(), LieInWords.values())
                .flatMap(Stream::of);
    }

    /** The name of the test that finds it. */
    String caughtBy();

    /** Returns an adapter that is wrong in this way alone. */
    HypervisorAdapter adapter(RemotePlatform platform);
}
