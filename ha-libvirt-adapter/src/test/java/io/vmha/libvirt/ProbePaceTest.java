package io.vmha.libvirt;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class ProbePaceTest {
    @Test
    void aGuestThatIsSlowIsLeftAloneTwiceAsLongAsItsAnswersTake() {
        assertThat(ProbePace.NEW.after(700).after(900).restNanos()).isEqualTo(1_400);
    }

    @Test
    void aSingleSlowAnswerPutsOffNothing() {
        assertThat(ProbePace.NEW.after(100).after(700).restNanos()).isEqualTo(200);
        assertThat(ProbePace.NEW.after(100).after(700).after(100).restNanos()).isEqualTo(200);
    }
}
