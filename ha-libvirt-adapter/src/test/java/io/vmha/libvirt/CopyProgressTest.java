package io.vmha.libvirt;

import static org.assertj.core.api.Assertions.assertThat;

import io.vmha.adapter.MigrationListener;
import io.vmha.adapter.MigrationProgress;
import io.vmha.model.HostId;
import io.vmha.model.VmId;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CopyProgressTest {
    private static final VmId VM = VmId.of("db1");
    private static final HostId H1 = HostId.of("h1");
    private static final HostId H2 = HostId.of("h2");
    private static final Duration SECOND = Duration.ofSeconds(1);

    @ParameterizedTest
    @CsvSource({"0, 0, 0", "0, 5, 0", "1000, 1000, 0", "1000, 250, 0.75", "1000, 0, 1", "1000, 2000, 0", "1000, -1, 1"})
    void aListenerIsToldWhichPartIsDone(long total, long remaining, double done) {
        List<MigrationProgress> told = new ArrayList<>();

        CopyProgress.toldTo(told::add).orElseThrow().accept(new CopyProgress(VM, H1, H2, SECOND, total, 77, remaining));

        assertThat(told).containsExactly(new MigrationProgress(VM, Optional.of(H1), H2, SECOND, done));
    }

    @Test
    void nobodyIsToldWhereTheListenerIgnoresIt() {
        assertThat(CopyProgress.toldTo(MigrationListener.IGNORING)).isEmpty();
    }
}
