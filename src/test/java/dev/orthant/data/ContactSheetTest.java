package dev.orthant.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.orthant.core.InvalidInputException;
import dev.orthant.core.Shape;
import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.util.Objects;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;

class ContactSheetTest {
  private static int grey(BufferedImage image, int x, int y) {
    return image.getRaster().getSample(x, y, 0);
  }

  @Test
  void isAPngThatOthersRead() throws IOException {
    var pictures = new Examples(new float[] {0, 1, 0.5f, 2, 1, 0, 0, -1, 0, 0, 0, 0}, new int[3], Shape.of(1, 2, 2), 1);
    byte[] png = ContactSheet.png(pictures, 3, 2, 3);
    BufferedImage image = Objects.requireNonNull(ImageIO.read(new ByteArrayInputStream(png)));
    assertThat(image.getWidth()).isEqualTo(2 * 10 + 4);
    assertThat(image.getHeight()).isEqualTo(2 * 10 + 4);
    assertThat(grey(image, 0, 0)).isEqualTo(96);
    assertThat(grey(image, 4, 4)).isEqualTo(255);
    assertThat(grey(image, 7, 4)).isZero();
    assertThat(grey(image, 6, 9)).isEqualTo(128);
    assertThat(grey(image, 9, 9)).isZero();
    assertThat(grey(image, 10, 9)).isEqualTo(96);
    assertThat(grey(image, 14, 6)).isZero();
    assertThat(grey(image, 14, 14)).as("no fourth picture").isEqualTo(96);
  }

  @Test
  void compressesDigits() throws IOException {
    byte[] png = ContactSheet.png(Digits.train(1, 100), 100, 10, 3);
    BufferedImage image = Objects.requireNonNull(ImageIO.read(new ByteArrayInputStream(png)));
    assertThat(image.getWidth()).isEqualTo(10 * 88 + 4);
    assertThat(png.length).isLessThan(image.getWidth() * image.getHeight() / 2);
  }

  @Test
  void refusesWhatIsNoPicture() {
    Examples points = Spirals.train(1, 4, 2, 0);
    assertThatThrownBy(() -> ContactSheet.png(points, 4, 2, 1)).isInstanceOf(InvalidInputException.class)
        .hasMessage("examples of shape (2,) are no grey pictures");
    Examples digits = Digits.train(1, 4);
    assertThatThrownBy(() -> ContactSheet.png(digits, 5, 2, 1)).isInstanceOf(InvalidInputException.class);
    assertThatThrownBy(() -> ContactSheet.png(digits, 4, 0, 1)).isInstanceOf(InvalidInputException.class);
  }
}
