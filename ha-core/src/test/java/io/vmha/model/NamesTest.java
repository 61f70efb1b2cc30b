package io.vmha.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.List;
import java.util.function.Function;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Names are looked up by a number of their first characters: they must be told apart as their texts are. */
class NamesTest {
    private static final String[] TEXTS = {
        "a",
        "b",
        "a1",
        "a\u00ffb",
        "a\u0100",
        "a\u0101",
        "12345678",
        "123456789",
        "123456780",
        "1234567\u00ff",
        "1234567\u0100"
    };

    static Stream<Arguments> pairs() {
        return Stream.<Function<String, ? extends Comparable<?>>>of(
                        HostId::of, VmId::of, VmType::of, RackId::of, TemplateId::of, AntiAffinityGroup::of)
                .flatMap(kind -> Stream.of(TEXTS)
                        .flatMap(left -> Stream.of(TEXTS)
                                .map(right -> Arguments.of(kind.apply(left), kind.apply(right), left, right))));
    }

    @ParameterizedTest
    @MethodSource("pairs")
    <T extends Comparable<T>> void namesAreEqualAndInOrderAsTheirTextsAre(T one, T other, String left, String right) {
        assertThat(one.equals(other)).isEqualTo(left.equals(right));
        assertThat(Integer.signum(one.compareTo(other))).isEqualTo(Integer.signum(left.compareTo(right)));
        assertThat(one).hasToString(left).hasSameHashCodeAs(left);
        assertThat(one.equals(left)).isFalse();
    }

    static Stream<Arguments> kinds() {
        return Stream.of(
                kind("host id", HostId::of),
                kind("VM id", VmId::of),
                kind("VM type", VmType::of),
                kind("rack id", RackId::of),
                kind("template id", TemplateId::of),
                kind("anti-affinity group", AntiAffinityGroup::of));
    }

    private static Arguments kind(String name, Function<String, ?> maker) {
        return Arguments.of(name, maker);
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("kinds")
    void aNameThatCouldNotBeToldApartOrBreaksALineIsRefused(String kind, Function<String, ?> maker) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> maker.apply(" "))
                .withMessage(kind + " must not be blank");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> maker.apply("x".repeat(256)))
                .withMessageStartingWith(kind + " must have at most 255 characters");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> maker.apply("a\nb"))
                .withMessage(kind + " must not contain control characters: U+000A at 1");
        assertThat(maker.apply("x".repeat(255))).hasToString("x".repeat(255));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("kinds")
    void namesThatLookEqualAreEqualAndHaveOneForm(String kind, Function<String, ?> maker) {
        Object composed = maker.apply("caf\u00e9-\uac00");
        Object decomposed = maker.apply("cafe\u0301-\u1100\u1161");

        assertThat(decomposed).isEqualTo(composed).hasSameHashCodeAs(composed).hasToString(composed.toString());
        assertThat(maker.apply("e\u0301".repeat(255))).hasToString("\u00e9".repeat(255));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("kinds")
    void aNameThatIsNoWellFormedTextOrIsShownOtherwiseThanItIsIsRefused(String kind, Function<String, ?> maker) {
        for (String bad : List.of(
                "\ud800",
                "\udc00",
                "\u202e",
                "\u2066",
                "\u200f",
                "\u200b",
                "\ufeff",
                "\u2028",
                "\u2029",
                "\u0085",
                "\u007f",
                "\u00ad",
                "\udb40\udc41")) {
            assertThatIllegalArgumentException()
                    .as("U+%04X", bad.codePointAt(0))
                    .isThrownBy(() -> maker.apply("a" + bad + "b"))
                    .withMessageMatching(kind + " must not contain [a-z ]+: U\\+[0-9A-F]+ at 1");
        }
        assertThatIllegalArgumentException()
                .isThrownBy(() -> maker.apply("\u0958".repeat(128)))
                .withMessageContaining("at most 255 characters");
        assertThatIllegalArgumentException().isThrownBy(() -> maker.apply("x".repeat(100_000)));
        assertThat(maker.apply("\ud834\udd1e")).hasToString("\ud834\udd1e");
    }
}
