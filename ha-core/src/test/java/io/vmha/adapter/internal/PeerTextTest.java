package io.vmha.adapter.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PeerTextTest {

    @Test
    void plainTextOfAnyLanguageStaysAsItIs() {
        assertThat(PeerText.quote("Dateisystem ist nur lesbar: /büro (日本) \uD83D\uDE00"))
                .isEqualTo("Dateisystem ist nur lesbar: /büro (日本) \uD83D\uDE00");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "\n", "\r", "\u001b", "\u0000", "\u007f", "\u0085", "\u202e", "\u2066", "\u2028", "\u2029", "\ufeff",
                "\ud800"
            })
    void whatControlsALineATerminalOrTheDirectionIsEscaped(String control) {
        assertThat(PeerText.quote("a" + control + "b")).isEqualTo("a\\u%04Xb".formatted((int) control.charAt(0)));
    }

    @ParameterizedTest
    @ValueSource(ints = {4, 5, 10, 199, 200})
    void itIsCutToItsLengthAndNeverWithinACharacter(int most) {
        for (String much : new String[] {"x".repeat(5000), "\n".repeat(5000), "\uD83D\uDE00".repeat(5000)}) {
            String quoted = PeerText.quote(much, most);

            assertThat(quoted).hasSizeLessThanOrEqualTo(most).endsWith("...");
            assertThat(quoted.substring(0, quoted.length() - 3)).doesNotMatch(".*[\\uD800-\\uDBFF]");
        }
        assertThat(PeerText.quote("x".repeat(most), most)).isEqualTo("x".repeat(most));
    }

    @Test
    void aLengthThatHoldsNothingIsRefused() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> PeerText.quote("x", 3))
                .withMessageContaining("3");
    }
}
