package io.vmha.adapter;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.vmha.model.HostId;
import io.vmha.model.VmId;
import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class MigrationProgressTest {

    private static MigrationProgress progress(Duration elapsed, double done) {
        return new MigrationProgress(VmId.of("db1"), Optional.empty(), HostId.of("h2"), elapsed, done);
    }

    @ParameterizedTest
    @ValueSource(doubles = {0, 0.5, 1})
    void aPartFromNothingToAllIsAccepted(double done) {
        assertThat(progress(Duration.ZERO, done).done()).isEqualTo(done);
    }

    @ParameterizedTest
    @ValueSource(doubles = {-0.01, 1.01, Double.NaN, Double.POSITIVE_INFINITY})
    void aPartThatIsNoneIsRefused(double done) {
        assertThatThrownBy(() -> progress(Duration.ZERO, done))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("done must be from 0 to 1");
    }

    @Test
    void aNegativeTimeIsRefused() {
        assertThatThrownBy(() -> progress(Duration.ofMillis(-1), 0))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("elapsed must be 0 or more");
    }

    @Test
    void theListenerThatIgnoresTakesAnyProgress() {
        MigrationListener.IGNORING.progressed(progress(Duration.ofHours(1), 1));
    }
}
