export default "a text";
