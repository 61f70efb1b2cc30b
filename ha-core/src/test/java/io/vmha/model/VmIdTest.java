package io.vmha.model;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.SplittableRandom;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;

class VmIdTest {
    private static final String ALPHABET = "ab-1\u00fe\u00ff\u0100\uffff";

    @Test
    void idsAreInTheOrderOfTheirNames() {
        RandomGenerator random = new SplittableRandom(1);
        for (int i = 0; i < 20_000; i++) {
            VmId left = VmId.of(name(random));
            VmId right = VmId.of(name(random));

            assertThat(Integer.signum(left.compareTo(right)))
                    .as("%s and %s", left, right)
                    .isEqualTo(Integer.signum(left.value().compareTo(right.value())));
            assertThat(left.equals(right)).isEqualTo(left.value().equals(right.value()));
        }
    }

    @Test
    void equalNamesHaveEqualHashes() {
        assertThat(VmId.of("database-17")).isEqualTo(VmId.of("database-17")).hasSameHashCodeAs(VmId.of("database-17"));
    }

    private static String name(RandomGenerator random) {
        StringBuilder name = new StringBuilder();
        for (int length = 1 + random.nextInt(10); name.length() < length; ) {
            name.append(ALPHABET.charAt(random.nextInt(random.nextBoolean() ? 1 : ALPHABET.length())));
        }
        return name.toString();
    }
}
