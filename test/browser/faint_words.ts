/** The host's own pair of button colours aside: words of the page with a contrast below 4.5 to 1, measured from the colours that the browser computed. */
export const FAINT_WORDS = `(() => {
  const canvas = document.createElement('canvas').getContext('2d', {willReadFrequently: true});
  const over = (color, [r, g, b]) => {
    canvas.fillStyle = 'rgb(' + r + ',' + g + ',' + b + ')';
    canvas.fillRect(0, 0, 1, 1);
    canvas.fillStyle = color;
    canvas.fillRect(0, 0, 1, 1);
    return [...canvas.getImageData(0, 0, 1, 1).data].slice(0, 3);
  };
  const behind = (element) => (element ? over(getComputedStyle(element).backgroundColor, behind(element.parentElement)) : [255, 255, 255]);
  const light = (rgb) => {
    const [r, g, b] = rgb.map((value) => (value / 255 <= 0.03928 ? value / 255 / 12.92 : ((value / 255 + 0.055) / 1.055) ** 2.4));
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const faint = [];
  for (const element of document.querySelectorAll('.dr-page *')) {
    const text = [...element.childNodes].filter((node) => node.nodeType === 3).map((node) => node.textContent.trim()).join('');
    if (text && !element.closest('.dr-hidden, svg, style') && !element.disabled && !element.closest('.dr-button-primary')) {
      const back = behind(element);
      const [a, b] = [light(over(getComputedStyle(element).color, back)), light(back)].sort((one, other) => other - one);
      const contrast = (a + 0.05) / (b + 0.05);
      if (contrast < 4.5) {
        faint.push(text.slice(0, 30) + ' ' + contrast.toFixed(2));
      }
    }
  }
  return faint;
})()`;
